"""Fixtures: every test that asks for a `store` runs on all layouts over HTTP and HTTPS, unless it is marked `matrix`."""

from __future__ import annotations

import itertools
import os
import secrets
import urllib.parse
from pathlib import Path

import pytest

from raw import RawClient
from sdk import boto3_client
from store import LAYOUTS, TRANSPORTS, Store

COMBINATIONS = [f"{layout}-{transport}" for layout, transport in itertools.product(LAYOUTS, TRANSPORTS)]


def pytest_addoption(parser):
    parser.addoption("--endpoint", help="test a server that runs already (credentials from AWS_*), not magstore")
    parser.addoption("--only", help="one combination, like six-https")
    parser.addoption("--transport", choices=TRANSPORTS, help="only the combinations over this one")


def pytest_generate_tests(metafunc):
    if "store" not in metafunc.fixturenames:
        return
    if metafunc.config.getoption("--endpoint"):
        names = ["given"]
    else:
        marker = metafunc.definition.get_closest_marker("matrix")
        names = list(marker.args) if marker else COMBINATIONS
        only = metafunc.config.getoption("--only")
        if only:
            names = [name for name in names if name == only]
        transport = metafunc.config.getoption("--transport")
        if transport:
            names = [name for name in names if name.endswith(f"-{transport}")]
    metafunc.parametrize("store", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def store(request, tmp_path_factory):
    if request.param == "given":
        given = urllib.parse.urlsplit(request.config.getoption("--endpoint"))
        yield Store(given.hostname, given.port, os.environ["AWS_ACCESS_KEY_ID"], os.environ["AWS_SECRET_ACCESS_KEY"])
        return
    layout, transport = request.param.split("-")
    running = Store.create(tmp_path_factory.mktemp(request.param), layout, transport)
    yield running
    code = running.stop()
    log = running.log_tail()
    running.remove_drives()
    assert code == 0, f"magstore ended with {code}:\n{log}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item):
    result = yield
    running = getattr(item, "funcargs", {}).get("store")
    if running is not None:
        item.log_start = running.log_size()
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    running = getattr(item, "funcargs", {}).get("store")
    if report.failed and running is not None:
        report.sections.append(("server log", running.log_tail(getattr(item, "log_start", 0))))
    return report


@pytest.fixture
def s3(store):
    """A boto3 client that never retries, so that a test sees each answer."""
    return boto3_client(store)


@pytest.fixture
def raw(store):
    """Requests signed by hand, for what no client here sends."""
    return RawClient(store)


@pytest.fixture
def bucket(s3):
    """A fresh bucket, emptied and deleted afterwards."""
    name = "bucket-" + secrets.token_hex(6)
    s3.create_bucket(Bucket=name)
    yield name
    for upload in s3.list_multipart_uploads(Bucket=name).get("Uploads", []):
        s3.abort_multipart_upload(Bucket=name, Key=upload["Key"], UploadId=upload["UploadId"])
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=name):
        keys = [{"Key": item["Key"]} for item in page.get("Contents", [])]
        if keys:
            answer = s3.delete_objects(Bucket=name, Delete={"Objects": keys, "Quiet": True})
            assert "Errors" not in answer
    s3.delete_bucket(Bucket=name)


@pytest.fixture
def client_environment(store, tmp_path) -> dict[str, str]:
    home = tmp_path / "home"
    home.mkdir()
    return store.client_environment(home)


@pytest.fixture
def big_file(tmp_path) -> Path:
    """20 MiB of noise: more than one part for every client here."""
    path = tmp_path / "big file.bin"
    path.write_bytes(os.urandom(20 * 1024 * 1024))
    return path
