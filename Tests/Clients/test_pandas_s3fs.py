"""pandas over s3fs. It has an environment of its own (see requirements-s3fs.in), so programs run in a process there."""

import json
import subprocess
import textwrap

import pytest

from store import REPOSITORY

PYTHON = REPOSITORY / ".venv" / "s3fs" / "bin" / "python"

PRELUDE = """
import json, os, sys
import pandas, s3fs
bucket = sys.argv[1]
settings = json.loads(sys.argv[2])
fs = s3fs.S3FileSystem(**settings)
"""


@pytest.fixture
def run(store, bucket, client_environment):
    """Runs a program with `fs`, `bucket` and `settings` defined; an assertion that fails in it fails the test."""
    settings = {"endpoint_url": store.endpoint, "key": store.access_key, "secret": store.secret_key}
    if store.is_secure:
        settings["client_kwargs"] = {"verify": str(store.authority)}

    def run(program: str) -> None:
        done = subprocess.run(
            [str(PYTHON), "-c", PRELUDE + textwrap.dedent(program), bucket, json.dumps(settings)],
            env=client_environment, capture_output=True, text=True, timeout=110)
        assert done.returncode == 0, done.stdout + done.stderr

    return run


def test_frames_as_parquet_and_csv(run):
    run("""
        frame = pandas.DataFrame({"n": range(10_000), "text": [f"t{n}" for n in range(10_000)]})
        for suffix, write, read in (("parquet", "to_parquet", pandas.read_parquet), ("csv", "to_csv", pandas.read_csv)):
            options = {"index": False} if suffix == "csv" else {}
            path = f"s3://{bucket}/frames/frame.{suffix}"
            getattr(frame, write)(path, storage_options=settings, **options)
            pandas.testing.assert_frame_equal(read(path, storage_options=settings), frame)
        assert pandas.read_parquet(f"s3://{bucket}/frames/frame.parquet", columns=["n"],
                                   storage_options=settings)["n"].sum() == 49_995_000
    """)


def test_files_are_written_in_parts_and_read_by_range(run):
    run("""
        content = os.urandom(12 * 1024 * 1024)
        with fs.open(f"{bucket}/big", "wb", block_size=5 * 1024 * 1024) as file:
            file.write(content)
        assert fs.size(f"{bucket}/big") == len(content)
        assert fs.cat_file(f"{bucket}/big", start=-100) == content[-100:]
        assert fs.cat_file(f"{bucket}/big", start=6_000_000, end=6_000_100) == content[6_000_000:6_000_100]
        assert fs.cat(f"{bucket}/big") == content
    """)


def test_folders_copies_and_removal(run):
    run("""
        fs.pipe({f"{bucket}/dir/{name}": name.encode() for name in ("a", "b", "sub/c")})
        assert sorted(fs.find(f"{bucket}/dir")) == [f"{bucket}/dir/a", f"{bucket}/dir/b", f"{bucket}/dir/sub/c"]
        assert fs.isdir(f"{bucket}/dir") and not fs.isfile(f"{bucket}/dir") and not fs.exists(f"{bucket}/none")
        fs.copy(f"{bucket}/dir", f"{bucket}/copy", recursive=True)
        fs.mv(f"{bucket}/copy/a", f"{bucket}/moved")
        assert fs.cat(f"{bucket}/moved") == b"a" and not fs.exists(f"{bucket}/copy/a")
        fs.rm(f"{bucket}/dir", recursive=True)
        fs.invalidate_cache()
        assert sorted(fs.find(bucket)) == [f"{bucket}/copy/b", f"{bucket}/copy/sub/c", f"{bucket}/moved"]
    """)


def test_copying_a_folder_as_a_file_is_not_found(run):
    run("""
        fs.pipe(f"{bucket}/dir/a", b"a")
        try:
            fs.cp_file(f"{bucket}/dir", f"{bucket}/other")
        except FileNotFoundError:
            pass
    """)


def test_exclusive_creation_has_one_winner(run):
    run("""
        fs.pipe_file(f"{bucket}/lock", b"1", mode="create")
        try:
            fs.pipe_file(f"{bucket}/lock", b"2", mode="create")
        except OSError:  # FileExistsError in some versions of s3fs, EINVAL in others
            pass
        else:
            raise AssertionError("created twice")
        assert fs.cat(f"{bucket}/lock") == b"1"
    """)
