"""rclone: listings of version 1 as provider "Other", x-amz-storage-class, modification times in metadata."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

RCLONE = Path(sys.executable).parent / "rclone"


@pytest.fixture
def rclone(store, client_environment, tmp_path):
    settings = {
        "RCLONE_CONFIG_STORE_TYPE": "s3",
        "RCLONE_CONFIG_STORE_PROVIDER": "Other",
        "RCLONE_CONFIG_STORE_ENDPOINT": store.endpoint,
        "RCLONE_CONFIG_STORE_ACCESS_KEY_ID": store.access_key,
        "RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY": store.secret_key,
        "RCLONE_CONFIG_STORE_REGION": store.region,
        "RCLONE_CONFIG_STORE_STORAGE_CLASS": "STANDARD",
        "RCLONE_CONFIG": str(tmp_path / "rclone.conf"),
        "RCLONE_RETRIES": "1",
        "RCLONE_LOW_LEVEL_RETRIES": "1",
    }
    if store.is_secure:
        settings["RCLONE_CA_CERT"] = str(store.authority)
    (tmp_path / "rclone.conf").touch()

    def run(*arguments: object, code: int = 0) -> str:
        done = subprocess.run([str(RCLONE), *map(str, arguments)], env=client_environment | settings,
                              capture_output=True, text=True, timeout=110)
        assert done.returncode == code, f"{done.args}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + done.stderr

    return run


@pytest.fixture
def tree(tmp_path, big_file):
    folder = tmp_path / "tree"
    for name in ("a", "dir/b", "dir/ünï code", "dir/sub/c+d"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(os.urandom(1000))
    big_file.rename(folder / "big")
    return folder


def test_a_tree_is_synced_checked_and_changed(rclone, bucket, tree, tmp_path):
    remote = f"store:{bucket}/tree"
    chunks = ["--s3-upload-cutoff", "8M", "--s3-chunk-size", "5M"]
    rclone("sync", tree, remote, *chunks)
    rclone("check", tree, remote, "--download")
    assert "There was nothing to transfer" in rclone("sync", tree, remote, "-v", *chunks)
    (tree / "a").unlink()
    rclone("sync", tree, remote, *chunks)
    rclone("copy", remote, tmp_path / "back")
    rclone("check", tree, tmp_path / "back")
    assert "a" not in rclone("lsf", remote).split()


def test_files_are_moved_and_copied_on_the_server(rclone, bucket, tree):
    rclone("copy", tree / "dir", f"store:{bucket}/dir")
    rclone("moveto", f"store:{bucket}/dir/b", f"store:{bucket}/moved")
    rclone("copyto", f"store:{bucket}/moved", f"store:{bucket}/copied")
    listing = rclone("lsf", "-R", "--files-only", f"store:{bucket}").splitlines()
    assert sorted(listing) == ["copied", "dir/sub/c+d", "dir/ünï code", "moved"]
    rclone("purge", f"store:{bucket}/dir")
    assert sorted(rclone("lsf", f"store:{bucket}").split()) == ["copied", "moved"]


def test_a_stream_goes_up_and_a_range_comes_down(rclone, bucket, tree):
    content = (tree / "big").read_bytes()
    subprocess_input = tree / "big"
    rclone("copyto", subprocess_input, f"store:{bucket}/big", "--s3-chunk-size", "5M", "--s3-upload-cutoff", "0")
    rclone("check", "--download", tree, f"store:{bucket}", "--include", "/big")
    assert rclone("size", f"store:{bucket}", "--json").startswith(f'{{"count":1,"bytes":{len(content)}')


def test_buckets_are_made_listed_and_removed(rclone, bucket):
    rclone("mkdir", f"store:{bucket}-made")
    assert f"{bucket}-made/" in rclone("lsf", "store:").splitlines()
    rclone("rmdir", f"store:{bucket}-made")
    assert "directory not found" in rclone("lsf", f"store:{bucket}-made", code=3)
