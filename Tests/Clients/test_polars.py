"""Polars: Rust's object_store, with unsigned payloads over HTTP and suffix ranges that must be answered with 206."""

import polars
import pytest


@pytest.fixture
def options(store, monkeypatch):
    if store.is_secure:
        monkeypatch.setenv("SSL_CERT_FILE", str(store.authority))
    return {
        "aws_access_key_id": store.access_key,
        "aws_secret_access_key": store.secret_key,
        "aws_region": store.region,
        "aws_endpoint_url": store.endpoint,
        "aws_allow_http": "true",
        "aws_virtual_hosted_style_request": "false",
    }


@pytest.fixture
def frame():
    return polars.DataFrame({"n": range(100_000), "text": [f"row {n % 1000}" for n in range(100_000)]})


def test_frames_as_parquet(options, bucket, frame):
    path = f"s3://{bucket}/frame.parquet"
    frame.write_parquet(path, storage_options=options, row_group_size=10_000)
    assert polars.read_parquet(path, storage_options=options).equals(frame)
    lazily = polars.scan_parquet(path, storage_options=options)
    assert lazily.filter(polars.col("n") > 99_990).select("n").collect()["n"].to_list() == list(range(99_991, 100_000))


def test_many_files_are_found_by_a_glob(options, bucket, frame):
    for number in range(3):
        frame.slice(number * 10, 10).write_parquet(f"s3://{bucket}/parts/{number}.parquet", storage_options=options)
    found = polars.scan_parquet(f"s3://{bucket}/parts/*.parquet", storage_options=options).collect()
    assert sorted(found["n"].to_list()) == list(range(30))


def test_frames_are_streamed_and_csv_is_scanned(options, bucket, frame):
    frame.lazy().sink_parquet(f"s3://{bucket}/sunk.parquet", storage_options=options)
    assert polars.scan_parquet(f"s3://{bucket}/sunk.parquet", storage_options=options).select(
        polars.len()).collect().item() == 100_000
    frame.head(100).write_csv(f"s3://{bucket}/some.csv", storage_options=options)
    assert polars.scan_csv(f"s3://{bucket}/some.csv", storage_options=options).collect().equals(frame.head(100))


def test_what_is_missing_is_said_to_be(options, bucket):
    with pytest.raises(Exception, match="(?i)not found|no such|404|expanded paths were empty"):
        polars.read_parquet(f"s3://{bucket}/absent.parquet", storage_options=options)
