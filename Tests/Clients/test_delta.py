"""delta-rs: commits are conditional creations, so that of concurrent writers nobody's rows are lost."""

import os
import subprocess
import sys

import deltalake
import pyarrow
import pytest


@pytest.fixture
def options(store, monkeypatch):
    if store.is_secure:
        monkeypatch.setenv("SSL_CERT_FILE", str(store.authority))
    return {
        "AWS_ACCESS_KEY_ID": store.access_key,
        "AWS_SECRET_ACCESS_KEY": store.secret_key,
        "AWS_REGION": store.region,
        "AWS_ENDPOINT_URL": store.endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_VIRTUAL_HOSTED_STYLE_REQUEST": "false",
        "aws_conditional_put": "etag",
    }


def numbers(first, count=10):
    return pyarrow.table({"n": pyarrow.array(range(first, first + count), pyarrow.int64())})


def test_a_table_keeps_its_versions(options, bucket):
    path = f"s3://{bucket}/table"
    deltalake.write_deltalake(path, numbers(0), storage_options=options)
    deltalake.write_deltalake(path, numbers(10), mode="append", storage_options=options)
    table = deltalake.DeltaTable(path, storage_options=options)
    assert table.version() == 1
    assert sorted(table.to_pyarrow_table()["n"].to_pylist()) == list(range(20))
    table.delete("n >= 15")
    assert sorted(table.to_pyarrow_table()["n"].to_pylist()) == list(range(15))
    table.optimize.compact()
    table.create_checkpoint()
    first = deltalake.DeltaTable(path, version=0, storage_options=options)
    assert sorted(first.to_pyarrow_table()["n"].to_pylist()) == list(range(10))
    table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False)
    again = deltalake.DeltaTable(path, storage_options=options)
    assert sorted(again.to_pyarrow_table()["n"].to_pylist()) == list(range(15))


WRITER = """
import sys, json, deltalake, pyarrow
path, first, options = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
for turn in range(5):
    start = first + turn * 10
    table = pyarrow.table({"n": pyarrow.array(range(start, start + 10), pyarrow.int64())})
    deltalake.write_deltalake(path, table, mode="append", storage_options=options)
"""


@pytest.mark.matrix("one-http", "six-https", "twelve-http")
def test_concurrent_writers_lose_nothing(options, bucket):
    import json

    path = f"s3://{bucket}/shared"
    deltalake.write_deltalake(path, numbers(0), storage_options=options)
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, path, str(1000 * number), json.dumps(options)],
                         env=dict(os.environ), stderr=subprocess.PIPE)
        for number in (1, 2, 3)
    ]
    for writer in writers:
        _, told = writer.communicate(timeout=100)
        assert writer.returncode == 0, told.decode()
    table = deltalake.DeltaTable(path, storage_options=options)
    assert table.version() == 15
    expected = list(range(10)) + [1000 * number + n for number in (1, 2, 3) for n in range(50)]
    assert sorted(table.to_pyarrow_table()["n"].to_pylist()) == expected
