"""pyarrow: the AWS C++ SDK, with CRC64NVME trailers even over HTTP."""

import pyarrow
import pyarrow.compute
import pyarrow.dataset
import pyarrow.fs
import pyarrow.parquet
import pytest


@pytest.fixture
def filesystem(store):
    return pyarrow.fs.S3FileSystem(
        access_key=store.access_key, secret_key=store.secret_key, region=store.region,
        scheme="https" if store.is_secure else "http", endpoint_override=f"{store.host}:{store.port}",
        allow_bucket_creation=True, allow_bucket_deletion=True,
        **({"tls_ca_file_path": str(store.authority)} if store.is_secure else {}))


@pytest.fixture
def table():
    count = 200_000
    return pyarrow.table({
        "number": pyarrow.array(range(count)),
        "group": pyarrow.array([f"g{number % 4}" for number in range(count)]),
        "noise": pyarrow.array([hash((number, "noise")) for number in range(count)]),
    })


def test_a_table_comes_back_and_columns_are_read_alone(filesystem, bucket, table):
    path = f"{bucket}/tables/one.parquet"
    pyarrow.parquet.write_table(table, path, filesystem=filesystem, row_group_size=20_000)
    assert pyarrow.parquet.read_table(path, filesystem=filesystem).equals(table)
    metadata = pyarrow.parquet.ParquetFile(path, filesystem=filesystem)
    assert metadata.metadata.num_row_groups == 10
    assert metadata.read_row_group(7, columns=["noise"]).equals(table.select(["noise"]).slice(140_000, 20_000))


def test_a_partitioned_dataset_is_written_listed_and_filtered(filesystem, bucket, table):
    pyarrow.dataset.write_dataset(
        table, f"{bucket}/dataset", filesystem=filesystem, format="parquet", partitioning=["group"],
        partitioning_flavor="hive")
    dataset = pyarrow.dataset.dataset(f"{bucket}/dataset", filesystem=filesystem, partitioning="hive")
    assert len(dataset.files) == 4
    found = dataset.to_table(filter=pyarrow.dataset.field("group") == "g3", columns=["number"])
    assert sorted(found["number"].to_pylist())[:3] == [3, 7, 11] and found.num_rows == 50_000


def test_a_stream_in_parts_keeps_its_checksum(filesystem, s3, bucket):
    content = b"".join(number.to_bytes(4, "big") for number in range(4_000_000))
    with filesystem.open_output_stream(f"{bucket}/stream") as stream:
        for start in range(0, len(content), 1_000_000):
            stream.write(content[start : start + 1_000_000])
    with filesystem.open_input_file(f"{bucket}/stream") as file:
        assert file.size() == len(content)
        assert file.read_at(8, 400) == content[400:408]
        file.seek(len(content) - 16)
        assert file.read() == content[-16:]
    assert s3.get_object(Bucket=bucket, Key="stream")["Body"].read() == content


def test_a_small_object_is_an_upload_of_one_part(filesystem, s3, bucket):
    with filesystem.open_output_stream(f"{bucket}/small") as stream:
        stream.write(b"small")
    head = s3.head_object(Bucket=bucket, Key="small", ChecksumMode="ENABLED")
    assert head["ContentLength"] == 5
    assert head["ETag"].endswith('-1"')


def test_folders_are_made_found_moved_and_removed(filesystem, bucket):
    filesystem.create_dir(f"{bucket}/a/b", recursive=True)
    with filesystem.open_output_stream(f"{bucket}/a/b/file") as stream:
        stream.write(b"x")
    kinds = {info.path: info.type for info in filesystem.get_file_info(pyarrow.fs.FileSelector(bucket, recursive=True))}
    assert kinds[f"{bucket}/a/b"] == pyarrow.fs.FileType.Directory
    assert kinds[f"{bucket}/a/b/file"] == pyarrow.fs.FileType.File
    filesystem.move(f"{bucket}/a/b/file", f"{bucket}/a/moved")
    filesystem.copy_file(f"{bucket}/a/moved", f"{bucket}/copied")
    assert filesystem.get_file_info(f"{bucket}/absent").type == pyarrow.fs.FileType.NotFound
    filesystem.delete_dir(f"{bucket}/a")
    assert [info.path for info in filesystem.get_file_info(pyarrow.fs.FileSelector(bucket))] == [f"{bucket}/copied"]


def test_a_bucket_is_made_and_removed(filesystem, bucket):
    filesystem.create_dir(f"{bucket}-arrow")
    assert filesystem.get_file_info(f"{bucket}-arrow").type == pyarrow.fs.FileType.Directory
    filesystem.delete_dir(f"{bucket}-arrow")
