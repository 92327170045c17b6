"""DuckDB with its httpfs extension, which it would download; here it comes from PyPI, for one version of DuckDB."""

from pathlib import Path

import duckdb
import duckdb_extension_httpfs
import pytest

HTTPFS = next(Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension"))


@pytest.fixture
def database(store, bucket):
    connection = duckdb.connect()
    connection.execute(f"LOAD '{HTTPFS}'")
    if store.is_secure:
        connection.execute(f"SET ca_cert_file = '{store.authority}'")
    connection.execute(f"""
        CREATE SECRET (TYPE s3, KEY_ID '{store.access_key}', SECRET '{store.secret_key}', REGION '{store.region}',
            ENDPOINT '{store.host}:{store.port}', URL_STYLE 'path', USE_SSL {str(store.is_secure).lower()})""")
    return connection


def test_tables_are_written_globbed_and_filtered(database, bucket):
    database.execute(f"""
        COPY (SELECT range AS n, range % 3 AS part FROM range(300000))
        TO 's3://{bucket}/table' (FORMAT parquet, PARTITION_BY part)""")
    total = database.execute(f"""
        SELECT count(*), sum(n) FROM read_parquet('s3://{bucket}/table/*/*.parquet', hive_partitioning = true)
        WHERE part = 2""").fetchone()
    assert total == (100_000, 15_000_050_000)


def test_csv_is_read_through_duckdb(database, bucket, s3):
    s3.put_object(Bucket=bucket, Key="numbers.csv", Body=b"a,b\n1,2\n3,4\n")
    assert database.execute(f"SELECT sum(a), sum(b) FROM 's3://{bucket}/numbers.csv'").fetchone() == (4, 6)
