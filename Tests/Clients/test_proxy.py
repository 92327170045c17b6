"""Behind a proxy: presigned URLs and SDKs work when the proxy keeps the Host header, when it rewrites it and the
store knows its public URL, and when a trusted proxy says which host was asked. Nobody else is believed."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest
import urllib3

from sdk import boto3_client
from store import Store, free_port

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")

# nginx speaks HTTP/1.0 to its upstream and sets Host to it unless told otherwise.
CONFIGURATION = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_max_body_size 0;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{keeping}; location / {{ proxy_pass {upstream}; proxy_set_header Host $http_host; }} }}
    server {{ listen 127.0.0.1:{rewriting}; location / {{ proxy_pass {upstream}; }} }}
    server {{ listen 127.0.0.1:{telling}; location / {{
        proxy_pass {upstream};
        proxy_set_header X-Forwarded-Host $http_host;
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_request_buffering off;
    }} }}
}}
"""


WEB = urllib3.PoolManager(timeout=30, retries=False)


class Proxied:
    """A store of its own with a proxy before it that listens on three ports."""

    def __init__(self, folder: Path, options):
        self.keeping, self.rewriting, self.telling = free_port(), free_port(), free_port()
        self.store = Store.create(folder, "one", "http", options=options(self))
        configuration = folder / "nginx.conf"
        configuration.write_text(CONFIGURATION.format(
            folder=folder, upstream=self.store.endpoint, keeping=self.keeping, rewriting=self.rewriting,
            telling=self.telling))
        self.process = subprocess.Popen(
            [NGINX, "-p", str(folder), "-c", str(configuration)], stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=(folder / "nginx.log").open("wb"))
        deadline = time.monotonic() + 20
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < deadline, (folder / "nginx.log").read_text()
            time.sleep(0.05)

    def answers(self) -> bool:
        try:
            return WEB.request("GET", f"http://127.0.0.1:{self.telling}/health/live").status == 200
        except urllib3.exceptions.HTTPError:
            return False

    def client(self, port: int):
        return boto3_client(replace(self.store, port=port), signature_version="s3v4")

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        assert self.store.stop() == 0
        self.store.remove_drives()


@pytest.fixture(scope="module")
def open_proxied(tmp_path_factory):
    assert NGINX, "nginx is not installed: Scripts/bootstrap --tests"
    opened = []

    def start(options):
        opened.append(Proxied(tmp_path_factory.mktemp("proxied"), options))
        return opened[-1]

    yield start
    for proxied in opened:
        proxied.close()


@pytest.fixture(scope="module")
def known(open_proxied):
    """A store that knows the public URL of the rewriting proxy, and trusts the telling one."""
    return open_proxied(lambda proxied: [
        f"--public-url=http://127.0.0.1:{proxied.rewriting}", "--trusted-proxy=127.0.0.1"])


@pytest.fixture(scope="module")
def unknown(open_proxied):
    """A store that was told of no proxy."""
    return open_proxied(lambda proxied: [])


def round_trip(s3, bucket):
    """Up and down by the SDK and by presigned URLs."""
    body = os.urandom(3_000_000)
    s3.create_bucket(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="a b/c", Body=body)
    assert s3.get_object(Bucket=bucket, Key="a b/c")["Body"].read() == body
    url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a b/c"})
    assert WEB.request("GET", url).data == body
    url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "presigned"})
    assert WEB.request("PUT", url, body=body).status == 200
    assert s3.head_object(Bucket=bucket, Key="presigned")["ContentLength"] == len(body)


def test_a_proxy_that_keeps_the_host_needs_no_setting(unknown):
    round_trip(unknown.client(unknown.keeping), "keeping")


def test_a_proxy_that_rewrites_the_host_needs_the_public_url(known):
    round_trip(known.client(known.rewriting), "rewriting")


def test_a_trusted_proxy_says_which_host_was_asked(known):
    round_trip(known.client(known.telling), "telling")


@pytest.mark.parametrize("way", ["rewriting", "telling"])
def test_a_proxy_that_nobody_told_of_is_not_believed(unknown, way):
    s3 = unknown.client(getattr(unknown, way))
    with pytest.raises(s3.exceptions.ClientError) as refusal:
        s3.list_buckets()
    assert refusal.value.response["Error"]["Code"] == "SignatureDoesNotMatch"


def test_a_url_for_a_name_that_is_not_ours_is_refused(known):
    url = known.client(known.rewriting).generate_presigned_url("list_buckets")
    assert WEB.request("GET", url).status == 200
    foreign = known.client(1).generate_presigned_url("list_buckets").replace(":1/", f":{known.rewriting}/")
    assert WEB.request("GET", foreign).status == 403
