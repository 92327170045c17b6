"""A small S3 client over a socket: Signature V4 by hand, and every byte of the request in the test's control."""

from __future__ import annotations

import datetime
import hashlib
import hmac
import http.client
import re
import socket
import ssl
import urllib.parse
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass

UNSIGNED = "UNSIGNED-PAYLOAD"
EMPTY_HASH = hashlib.sha256(b"").hexdigest()


def quote(text: str, safe: str = "-_.~") -> str:
    return urllib.parse.quote(text, safe=safe)


def canonical_query(query: list[tuple[str, str]]) -> str:
    return "&".join(f"{name}={value}" for name, value in sorted((quote(n), quote(v)) for n, v in query))


@dataclass
class Response:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    interim: list[int]

    @property
    def xml(self) -> ElementTree.Element:
        """The answer's document without namespaces."""
        return ElementTree.fromstring(re.sub(rb' xmlns="[^"]*"', b"", self.body))

    @property
    def code(self) -> str | None:
        """The error's code."""
        return self.xml.findtext("Code")

    @property
    def message(self) -> str | None:
        return self.xml.findtext("Message")

    def __repr__(self) -> str:
        return f"<{self.status} {dict(self.headers.items())} {self.body[:400]!r}>"


class Signer:
    """Signature V4 of one request, and the chain that signs its chunks."""

    def __init__(self, store, now: datetime.datetime | None = None, service: str = "s3", **overrides):
        self.access_key = overrides.get("access_key", store.access_key)
        self.secret_key = overrides.get("secret_key", store.secret_key)
        self.region = overrides.get("region", store.region)
        self.service = service
        now = now or datetime.datetime.now(datetime.timezone.utc)
        self.stamp = now.strftime("%Y%m%dT%H%M%SZ")
        self.scope = f"{self.stamp[:8]}/{self.region}/{service}/aws4_request"
        key = ("AWS4" + self.secret_key).encode()
        for part in self.scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        self.key = key
        self.previous = ""

    def _sign(self, text: str) -> str:
        return hmac.new(self.key, text.encode(), hashlib.sha256).hexdigest()

    def signature(self, method, path, query, headers, payload_hash) -> str:
        values = [(name.lower(), " ".join(value.split())) for name, value in headers]
        values.sort(key=lambda pair: pair[0])
        self.signed_headers = ";".join(name for name, _ in values)
        canonical = "\n".join(
            [method, path, canonical_query(query), *[f"{n}:{v}" for n, v in values], "", self.signed_headers,
             payload_hash])
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        self.previous = self._sign("\n".join(["AWS4-HMAC-SHA256", self.stamp, self.scope, digest]))
        return self.previous

    def authorization(self, signature: str) -> str:
        return (f"AWS4-HMAC-SHA256 Credential={self.access_key}/{self.scope}, "
                f"SignedHeaders={self.signed_headers}, Signature={signature}")

    def chunk(self, data: bytes) -> bytes:
        """One chunk of STREAMING-AWS4-HMAC-SHA256-PAYLOAD, signed in chain; an empty one ends the body."""
        digest = hashlib.sha256(data).hexdigest()
        self.previous = self._sign("\n".join(
            ["AWS4-HMAC-SHA256-PAYLOAD", self.stamp, self.scope, self.previous, EMPTY_HASH, digest]))
        return f"{len(data):x};chunk-signature={self.previous}\r\n".encode() + data + b"\r\n"

    def trailer(self, fields: list[tuple[str, str]]) -> bytes:
        """The trailer of STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER with its signature."""
        text = "".join(f"{name}:{value}\n" for name, value in fields)
        digest = hashlib.sha256(text.encode()).hexdigest()
        signature = self._sign("\n".join(
            ["AWS4-HMAC-SHA256-TRAILER", self.stamp, self.scope, self.previous, digest]))
        lines = [f"{name}:{value}" for name, value in fields] + [f"x-amz-trailer-signature:{signature}"]
        return "".join(line + "\r\n" for line in lines).encode() + b"\r\n"


class RawClient:
    def __init__(self, store):
        self.store = store
        self.host = f"{store.host}:{store.port}"

    def connect(self, timeout: float = 30) -> socket.socket:
        connection = socket.create_connection((self.store.host, self.store.port), timeout=timeout)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.store.is_secure:
            context = ssl.create_default_context(cafile=str(self.store.authority))
            connection = context.wrap_socket(connection, server_hostname=self.store.host)
        return connection

    def signed_head(
        self, method: str, path: str, query=(), headers=(), payload_hash: str = EMPTY_HASH, signer: Signer | None = None,
        unsigned_headers=(), sign: bool = True,
    ) -> bytes:
        """Request line and headers up to the empty line. The path is given unescaped, the query as pairs."""
        signer = signer or Signer(self.store)
        query, headers = list(query), list(headers)
        escaped = quote(path, safe="/-_.~")
        if not any(name.lower() == "host" for name, _ in headers):
            headers.insert(0, ("Host", self.host))
        if sign:
            headers += [("x-amz-date", signer.stamp), ("x-amz-content-sha256", payload_hash)]
            signature = signer.signature(method, escaped, query, headers, payload_hash)
            headers.append(("Authorization", signer.authorization(signature)))
        target = escaped + ("?" + canonical_query(query) if query else "")
        lines = [f"{method} {target} HTTP/1.1", *[f"{n}: {v}" for n, v in [*headers, *unsigned_headers]]]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "surrogateescape")

    def request(
        self, method: str, path: str, query=(), headers=(), body: bytes = b"", payload_hash: str | None = None,
        **options,
    ) -> Response:
        """One signed request on a connection of its own."""
        if payload_hash is None:
            payload_hash = hashlib.sha256(body).hexdigest()
        unsigned = list(options.pop("unsigned_headers", ()))
        names = {name.lower() for name, _ in [*headers, *unsigned]}
        if (body or method in ("PUT", "POST")) and not names & {"content-length", "transfer-encoding"}:
            unsigned.append(("Content-Length", str(len(body))))
        head = self.signed_head(
            method, path, query, headers, payload_hash, unsigned_headers=unsigned, **options)
        return self.exchange(head + body, method)

    def exchange(self, request: bytes, method: str = "GET") -> Response:
        with self.connect() as connection:
            try:
                connection.sendall(request)
            except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
                pass  # A server may answer and close before it has read a body that it refuses.
            return read_response(connection, method)

    def presigned(self, method: str, path: str, query=(), headers=(), expires: int = 600, **overrides) -> str:
        """The path and query of a presigned URL."""
        signer = overrides.pop("signer", None) or Signer(self.store, **overrides)
        headers = [("Host", self.host), *headers]
        names = ";".join(sorted(name.lower() for name, _ in headers))
        query = [
            *query, ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"), ("X-Amz-Credential", f"{signer.access_key}/{signer.scope}"),
            ("X-Amz-Date", signer.stamp), ("X-Amz-Expires", str(expires)), ("X-Amz-SignedHeaders", names)]
        escaped = quote(path, safe="/-_.~")
        signature = signer.signature(method, escaped, query, headers, UNSIGNED)
        return f"{escaped}?{canonical_query(query)}&X-Amz-Signature={signature}"

    def get(self, target: str, method: str = "GET", headers=(), body: bytes = b"") -> Response:
        """A request for a target that needs no more signing."""
        lines = [f"{method} {target} HTTP/1.1", f"Host: {self.host}", *[f"{n}: {v}" for n, v in headers]]
        if body or method in ("PUT", "POST"):
            lines.append(f"Content-Length: {len(body)}")
        return self.exchange(("\r\n".join(lines) + "\r\n\r\n").encode() + body, method)


def metric(client: RawClient, name: str) -> float:
    """The sum of a metric over its labels."""
    text = client.get("/metrics").body.decode()
    found = re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.MULTILINE)
    assert found, f"no metric {name}"
    return sum(map(float, found))


def read_response(connection: socket.socket, method: str = "GET") -> Response:
    """Reads one answer; 100 Continue and its kind are counted in `interim`."""
    reader = connection.makefile("rb")
    interim = []
    while True:
        line = reader.readline()
        if not line:
            raise ConnectionError("closed without an answer")
        status = int(line.split(b" ", 2)[1])
        headers = http.client.parse_headers(reader)
        if status >= 200:
            break
        interim.append(status)
    if method == "HEAD" or status in (204, 304):
        body = b""
    elif headers.get("Transfer-Encoding", "").lower() == "chunked":
        body = b""
        while size := int(reader.readline().split(b";")[0], 16):
            body += reader.read(size)
            reader.readline()
        http.client.parse_headers(reader)
    elif headers.get("Content-Length") is not None:
        body = reader.read(int(headers["Content-Length"]))
        if len(body) < int(headers["Content-Length"]):
            raise ConnectionError(f"closed after {len(body)} of {headers['Content-Length']} bytes")
    else:
        body = reader.read()
    return Response(status, headers, body, interim)
