"""Starts magstore for tests, on fresh drives, and stops it by its process id."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

# Layouts: number of drives, and the options that make sets of them.
LAYOUTS = {
    "one": (1, []),
    "six": (6, ["--parity", "2"]),
    "twelve": (12, ["--parity", "2", "--set-size", "6"]),
}
TRANSPORTS = ("http", "https")

START_SECONDS = 60
STOP_SECONDS = 40


class StoreDidNotStart(Exception):
    pass


def binary() -> Path:
    return Path(os.environ.get("MAGSTORE_BINARY", REPOSITORY / ".build" / "release" / "magstore")).resolve()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_certificates(folder: Path) -> tuple[Path, Path, Path]:
    """An authority of our own and a certificate by it for localhost: (authority, certificate, key), PEM files."""
    authority, authority_key = folder / "authority.pem", folder / "authority.key"
    certificate, key = folder / "server.pem", folder / "server.key"
    request, extensions = folder / "server.csr", folder / "server.ext"

    def openssl(*arguments: object) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *new_key, "-days", 2, "-subj", "/CN=magstore test authority",
            "-addext", "keyUsage=critical,keyCertSign", "-keyout", authority_key, "-out", authority)
    openssl("req", *new_key, "-subj", "/CN=localhost", "-keyout", key, "-out", request)
    extensions.write_text("subjectAltName=DNS:localhost,DNS:*.localhost,IP:127.0.0.1\nbasicConstraints=CA:FALSE\n")
    openssl("x509", "-req", "-in", request, "-CA", authority, "-CAkey", authority_key, "-CAcreateserial",
            "-days", 2, "-extfile", extensions, "-out", certificate)
    return authority, certificate, key


@dataclass
class Store:
    """A running store, or an S3 endpoint that somebody else runs (then without a process)."""

    host: str
    port: int
    access_key: str
    secret_key: str
    authority: Path | None = None
    drives: list[Path] = field(default_factory=list)
    # How the drives are named to `serve`, where not one by one: patterns of pools.
    pools: list[str] = field(default_factory=list)
    log: Path | None = None
    process: subprocess.Popen | None = None
    arguments: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    region: str = "us-east-1"
    # What the server's command is run by, like ["prlimit", "--nofile=1024"]; it must become the server by exec.
    wrapper: list[str] = field(default_factory=list)

    @property
    def is_secure(self) -> bool:
        return self.authority is not None

    @property
    def endpoint(self) -> str:
        return f"{'https' if self.is_secure else 'http'}://{self.host}:{self.port}"

    @classmethod
    def create(cls, folder: Path, layout: str, transport: str, **settings) -> Store:
        """Starts a store of its own below the folder and waits until it serves; settings as in `prepare`."""
        store = cls.prepare(folder, layout, transport, **settings)
        store.start()
        return store

    @classmethod
    def prepare(
        cls, folder: Path, layout: str, transport: str, drives: list[Path] | int | None = None, options: list[str] = [],
    ) -> Store:
        """A store that is not started yet, on the layout's drives or on those given, with more options of `serve`."""
        count, layout_options = LAYOUTS[layout]
        if not isinstance(drives, list):
            drives = [folder / f"drive{number}" for number in range(1, (drives or count) + 1)]
        port = free_port()
        arguments = [f"--address=127.0.0.1:{port}", f"--state-dir={folder / 'state'}", "--domain=localhost",
                     *layout_options, *options]
        authority = None
        if transport == "https":
            authority, certificate, key = make_certificates(folder)
            arguments += [f"--tls-certificate={certificate}", f"--tls-key={key}"]
        store = cls(
            # By name, because a certificate and some clients want one.
            host="localhost" if transport == "https" else "127.0.0.1",
            port=port,
            access_key="tester" + secrets.token_hex(4),
            secret_key=secrets.token_urlsafe(30),
            authority=authority,
            drives=drives,
            log=folder / "server.log",
            arguments=arguments,
        )
        store.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("MAGSTORE_", "MINIO_"))},
            "MAGSTORE_ROOT_USER": store.access_key,
            "MAGSTORE_ROOT_PASSWORD": store.secret_key,
        }
        return store

    def start(self, until: str = "/health/ready") -> None:
        """Starts it and waits until this health address answers with success."""
        command = [str(binary()), "serve", *map(str, self.pools or self.drives), *self.arguments]
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.wrapper, *command], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self.environment)
        deadline = time.monotonic() + START_SECONDS
        while not self._answers(until):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise StoreDidNotStart(f"exit code {self.process.returncode}\n{self.log_tail()}")
            time.sleep(0.05)

    def _answers(self, path: str) -> bool:
        import ssl

        context = ssl.create_default_context(cafile=str(self.authority)) if self.is_secure else None
        try:
            with urllib.request.urlopen(self.endpoint + path, timeout=5, context=context) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self) -> int:
        """Asks it to end and waits; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()

    def remove_drives(self) -> None:
        for drive in self.drives:
            shutil.rmtree(drive, ignore_errors=True)

    def log_tail(self, since: int = 0, limit: int = 20_000) -> str:
        if self.log is None or not self.log.exists():
            return ""
        return self.log.read_bytes()[since:][-limit:].decode(errors="replace")

    def log_size(self) -> int:
        return self.log.stat().st_size if self.log is not None and self.log.exists() else 0

    def client_environment(self, home: Path) -> dict[str, str]:
        """The environment of a client process: this store and its credentials, and nothing of the user's own."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        environment |= {
            "HOME": str(home),
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": str(home / "aws-config"),
            "AWS_SHARED_CREDENTIALS_FILE": str(home / "aws-credentials"),
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_PAGER": "",
            "NO_PROXY": "localhost,127.0.0.1",
        }
        if self.is_secure:
            environment |= {
                "AWS_CA_BUNDLE": str(self.authority),
                "SSL_CERT_FILE": str(self.authority),
                "CURL_CA_BUNDLE": str(self.authority),
            }
        return environment
