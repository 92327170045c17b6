"""Bare drives: `magstore rescue`, and a reader in Python that was written from the article OnDiskFormat, take the same
bytes from any four of six.

MAGSTORE_TEST_OBJECTS and MAGSTORE_TEST_MEGABYTES set how many objects there are and how large the largest is; 10000 and
200 are what a release is shown with.
"""

import hashlib
import itertools
import json
import os
import random
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from raw import RawClient
from sdk import boto3_client
from store import REPOSITORY, binary
from workload import wait_until_whole

OBJECTS = int(os.environ.get("MAGSTORE_TEST_OBJECTS", "400"))
MEGABYTES = int(os.environ.get("MAGSTORE_TEST_MEGABYTES", "24"))

ODD_KEYS = [
    "a", "a/", "a/b", "a/b/c", "a//b", "a//", "a///", "//", "///x", "/lead", "trail/", ".", "..", "../up", "./here",
    "x/./y", "x/../y", "x/..", "%", "%file", "a%file", "a/%", "a/%file", "%2E", "%25", "%long/x", "dir%file/x",
    "\u00e9/composed", "e\u0301/decomposed", "Case", "case", "with space", " ", "line\nbreak", "tab\tand\rreturn",
    "\x01", "\x7f", "quote\"'\\", "-rf", "*?[", "\u65e5\u672c\u8a9e", "\U0001f600", "\ufffd", "~", "$HOME", "manifest.jsonl",
    ".rescue/incoming", "y" * 255, "y" * 256, "y" * 255 + "/z", "y" * 256 + "/z", "\u00fc" * 200, "%" * 200,
    "x" * 1024, "/" * 1024, "p/" * 512, "." * 1024, "\U0001f600" * 256,
]
# Both sides of every layout's limits in a set of 4+2, and stripes of every shape.
SIZES = [0, 1, 2, 4095, 4096, 16_383, 16_384, 16_385, 16_386, 40_001, 65_536, 131_071, 131_072, 131_073, 200_000,
         262_144, 262_145, 1_048_575, 1_048_576, 1_048_577, 1_310_723]


class Tree:
    """Objects in two buckets, and what is known of them."""

    def __init__(self, store):
        self.store = store
        self.s3 = boto3_client(store)
        self.digests: dict[tuple[str, str], str] = {}
        self.metadata: dict[tuple[str, str], dict[str, str]] = {}

    def content(self, bucket: str, key: str, size: int) -> bytes:
        return random.Random(f"{bucket}/{key}").randbytes(size)

    def put(self, bucket: str, key: str, size: int) -> None:
        body = self.content(bucket, key, size)
        metadata = {"number": str(size), "note": "plain"}
        answer = RawClient(self.store).request(
            "PUT", f"/{bucket}/{key}", body=body,
            headers=[("content-type", "text/x-test"), *[(f"x-amz-meta-{n}", v) for n, v in metadata.items()]])
        assert answer.status == 200, (key, answer)
        self.digests[bucket, key] = hashlib.sha256(body).hexdigest()
        self.metadata[bucket, key] = metadata

    def upload(self, bucket: str, key: str, sizes: list[int]) -> None:
        upload = self.s3.create_multipart_upload(Bucket=bucket, Key=key, Metadata={"in": "parts"})["UploadId"]
        digest = hashlib.sha256()
        parts = []
        for number, size in enumerate(sizes, 1):
            body = self.content(bucket, f"{key} {number}", size)
            digest.update(body)
            etag = self.s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=body)["ETag"]
            parts.append({"PartNumber": number, "ETag": etag})
        self.s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})
        self.digests[bucket, key] = digest.hexdigest()
        self.metadata[bucket, key] = {"in": "parts"}

    def copy(self, source: tuple[str, str], target: tuple[str, str]) -> None:
        self.s3.copy_object(Bucket=target[0], Key=target[1], CopySource={"Bucket": source[0], "Key": source[1]})
        self.digests[target] = self.digests[source]
        self.metadata[target] = self.metadata[source]

    def delete(self, bucket: str, key: str) -> None:
        self.s3.delete_object(Bucket=bucket, Key=key)
        del self.digests[bucket, key], self.metadata[bucket, key]

    def fill(self) -> None:
        for bucket in ("first", "second"):
            self.s3.create_bucket(Bucket=bucket)
        tasks = [("first", key, [7, 20_000, 300_000][number % 3]) for number, key in enumerate(ODD_KEYS)]
        sizes = itertools.cycle(SIZES[:15] * 8 + SIZES[15:])
        tasks += [("second", f"tree/{number % 17}/{number:05}", next(sizes)) for number in range(OBJECTS)]
        tasks += [("second", "large", MEGABYTES << 20), ("second", "fifth", (MEGABYTES << 20) // 5 + 12_345)]
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda task: self.put(*task), tasks))
        self.upload("first", "parts/three", [5 << 20, (5 << 20) + 1, 777])
        self.upload("first", "parts/one", [100])
        for number, source in enumerate([("first", "a"), ("second", "large"), ("first", "parts/three")]):
            self.copy(source, ("second", f"copy/{number}"))
        # What was overwritten or deleted is not to come back.
        self.put("second", "tree/1/00001", 300_001)
        self.put("second", "large", (MEGABYTES << 20) - 5)
        self.delete("first", "parts/one")
        for number in range(0, OBJECTS, 29):
            self.delete("second", f"tree/{number % 17}/{number:05}")
        self.s3.create_multipart_upload(Bucket="first", Key="never completed")


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The drives of a store that was killed, and what it held."""
    from store import Store

    folder = tmp_path_factory.mktemp("rescue")
    store = Store.create(folder, "six", "http")
    tree = Tree(store)
    tree.fill()
    store.kill()
    yield tree
    store.remove_drives()


def rescue(target: Path, drives, *options) -> subprocess.CompletedProcess:
    return subprocess.run([binary(), "rescue", "--to", target, *options, *drives], capture_output=True, text=True)


def read_by_article(target: Path, drives) -> subprocess.CompletedProcess:
    return subprocess.run(
        [REPOSITORY / ".venv/rescue/bin/python", REPOSITORY / "Tests/Rescue/reader.py", target, *drives],
        capture_output=True, text=True)


def article_lines(target: Path) -> list[dict]:
    return [json.loads(line) for line in (target / "objects.jsonl").read_text().splitlines()]


def manifest(target: Path) -> list[dict]:
    return [json.loads(line) for line in (target / "manifest.jsonl").read_text().splitlines()]


def digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def rescued(target: Path) -> dict[tuple[str, str], str]:
    """SHA-256 of every rescued file, by bucket and key. Each has a line of its own, and there is no other file."""
    lines = manifest(target)
    files = {line["file"] for line in lines}
    assert len(files) == len(lines)
    found = {str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()}
    assert found == files | {"manifest.jsonl"}
    digests = {(line["bucket"], line["key"]): digest(target / line["file"]) for line in lines}
    assert digests == {(line["bucket"], line["key"]): line["sha256"] for line in lines}
    return digests


def state_of(drives) -> dict[str, tuple]:
    """Everything that would tell of a write."""
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime_ns, path.lstat().st_ctime_ns)
            for drive in drives for path in [drive, *sorted(drive.rglob("*"))]}


def some_fours(drives, count: int):
    choices = list(itertools.combinations(drives, 4))
    return random.Random(11).sample(choices, count)


def difference(found: dict, wanted: dict) -> list:
    """Few words where a failed assertion would print all objects."""
    return sorted((found.items() ^ wanted.items()))[:10]


@pytest.mark.parametrize("number", range(3))
def test_four_of_six_drives_give_everything(tree, tmp_path, number):
    drives = some_fours(tree.store.drives, 3)[number]
    before = state_of(drives)
    target = tmp_path / "back"
    done = rescue(target, drives)
    assert done.returncode == 0, done.stderr
    assert state_of(drives) == before
    assert not difference(rescued(target), tree.digests)
    for line in manifest(target):
        assert line["metadata"] == tree.metadata[line["bucket"], line["key"]]
        if "parts" not in line:
            assert line["headers"]["content-type"] == "text/x-test"
    plain = {line["key"]: line["file"] for line in manifest(target) if line["bucket"] == "second"}
    assert all(file == f"second/{key}" for key, file in plain.items())
    shutil.rmtree(target)


@pytest.mark.parametrize("number", range(2))
def test_the_reader_of_the_article_gives_the_same(tree, tmp_path, number):
    drives = some_fours(tree.store.drives, 3)[number]
    target = tmp_path / "back"
    done = read_by_article(target, drives)
    assert done.returncode == 0, done.stderr
    lines = article_lines(target)
    found = {(line["bucket"], line["key"]): digest(target / line["file"]) for line in lines}
    assert not difference(found, tree.digests)
    assert all(line["metadata"] == tree.metadata[line["bucket"], line["key"]] for line in lines)
    shutil.rmtree(target)


def test_it_goes_on_where_it_was(tree, tmp_path):
    target = tmp_path / "back"
    assert rescue(target, tree.store.drives).returncode == 0
    lines = manifest(target)
    again = rescue(target, tree.store.drives)
    assert again.returncode == 0 and f"({len(lines)} were there already)" in again.stderr, again.stderr
    # As if it had been interrupted: a line without its end, a file without its line, a file that is not there.
    lost, cut = lines[3], lines[5]
    (target / lost["file"]).unlink()
    (target / ".rescue").mkdir()
    text = "".join(json.dumps(line) + "\n" for line in lines if line is not cut)
    (target / ".rescue/journal.jsonl").write_text(text + json.dumps(cut)[:40])
    (target / ".rescue/incoming").write_text("half")
    again = rescue(target, tree.store.drives)
    assert again.returncode == 0 and f"({len(lines) - 2} were there already)" in again.stderr, again.stderr
    assert not difference(rescued(target), tree.digests)
    # Somebody else's directory is left alone.
    (target / "manifest.jsonl").unlink()
    refused = rescue(target, tree.store.drives)
    assert refused.returncode == 1 and "is not empty" in refused.stderr
    shutil.rmtree(target)


def test_three_drives_give_what_can_be_read_and_name_the_rest(tree, tmp_path):
    target = tmp_path / "back"
    drives = tree.store.drives[1:4]
    done = rescue(target, drives)
    assert done.returncode == 1
    assert "3 drives are here and 4 are needed" in done.stderr
    found = rescued(target)
    assert found and not found.keys() - tree.digests.keys()
    assert all(tree.digests[name] == value for name, value in found.items())
    named = done.stderr.count("NOT RESCUED: first/") + done.stderr.count("NOT RESCUED: second/")
    assert named == len(tree.digests) - len(found) and ("second", "large") not in found
    # With the others it goes on.
    done = rescue(target, tree.store.drives)
    assert done.returncode == 0, done.stderr
    assert f"({len(found)} were there already)" in done.stderr
    assert not difference(rescued(target), tree.digests)
    shutil.rmtree(target)


def copies(drives, folder: Path) -> list[Path]:
    return [Path(shutil.copytree(drive, folder / drive.name)) for drive in drives]


def test_damage_on_two_of_six_drives(tree, tmp_path):
    """An index that does not open, a rotten shard in every file of another drive, an identity that is gone."""
    drives = copies(tree.store.drives, tmp_path)
    (drives[0] / "index/CURRENT").write_text("nothing\n")
    for shard in (path for path in (drives[1] / "shards").rglob("*") if path.is_file()):
        with open(shard, "r+b") as file:
            byte = file.read(1)[0]
            file.seek(0)
            file.write(bytes([byte ^ 1]))
    done = rescue(tmp_path / "back", drives)
    assert done.returncode == 0, done.stderr
    assert f"{drives[0]}: its index can not be opened" in done.stderr
    assert not difference(rescued(tmp_path / "back"), tree.digests)
    shutil.rmtree(tmp_path / "back")
    # Its index knows whose an identity was. Large objects lack a shard on two of the six, which is what parity is for.
    (drives[2] / "magstore.json").unlink()
    shutil.rmtree(drives[3])
    done = rescue(tmp_path / "back", drives)
    assert done.returncode == 0, done.stderr
    assert not difference(rescued(tmp_path / "back"), tree.digests)
    shutil.rmtree(tmp_path / "back")
    # One more, and what is lost is named.
    shutil.rmtree(drives[4])
    done = rescue(tmp_path / "back", drives)
    assert done.returncode == 1 and "NOT RESCUED: second/large: 3 good shards of" in done.stderr, done.stderr
    found = rescued(tmp_path / "back")
    assert found.items() <= tree.digests.items() and ("second", "large") not in found
    shutil.rmtree(tmp_path / "back")


def test_a_log_that_a_power_cut_left_torn_is_read_up_to_there_and_not_cut(tree, tmp_path):
    drives = copies(tree.store.drives[:4], tmp_path)
    for drive in drives[:2]:
        log = max((drive / "index").glob("*.log"), key=lambda path: path.stat().st_size)
        with open(log, "ab") as file:
            file.write(bytes(700))
    before = state_of(drives)
    done = rescue(tmp_path / "back", drives)
    assert done.returncode == 0, done.stderr
    assert state_of(drives) == before
    assert not difference(rescued(tmp_path / "back"), tree.digests)
    shutil.rmtree(tmp_path / "back")


def test_a_drive_that_was_replaced_has_no_vote_and_its_shards_are_used(start, tmp_path):
    store = start("six")
    raw = RawClient(store)
    bodies = {f"key{number}": random.Random(number).randbytes(size)
              for number, size in enumerate([3, 20_000, 300_000, 1_500_000] * 5)}
    assert raw.request("PUT", "/replaced").status == 200
    for key, body in bodies.items():
        assert raw.request("PUT", f"/replaced/{key}", body=body).status == 200
    store.stop()
    old = store.drives[0].rename(tmp_path / "old")
    store.drives[0].mkdir()
    store.start()
    wait_until_whole(store)
    raw = RawClient(store)
    for number, key in enumerate(list(bodies)[:12]):
        if number % 2 == 0:
            bodies[key] = random.Random(f"new {number}").randbytes(len(bodies[key]))
            assert raw.request("PUT", f"/replaced/{key}", body=bodies[key]).status == 200
        else:
            del bodies[key]
            assert raw.request("DELETE", f"/replaced/{key}").status == 204
    store.kill()
    wanted = {("replaced", key): hashlib.sha256(body).hexdigest() for key, body in bodies.items()}
    # Three of the drives of now and the old one: what the old one has is as good as any, its word counts for nothing.
    done = rescue(tmp_path / "back", [old, *store.drives[1:4]])
    assert f"{old} was replaced by another drive: only its shards are used" in done.stderr
    found = rescued(tmp_path / "back")
    assert found.items() <= wanted.items() and len(found) >= len(wanted) - 6, done.stderr
    done = rescue(tmp_path / "whole", [old, *store.drives[1:5]])
    assert done.returncode == 0 and not difference(rescued(tmp_path / "whole"), wanted), done.stderr
    done = read_by_article(tmp_path / "read", [old, *store.drives[1:5]])
    assert f"{old} was replaced" in done.stderr
    assert {("replaced", line["key"]): line["sha256"] for line in article_lines(tmp_path / "read")} == wanted


def test_a_list_is_a_manifest_without_files(tree):
    done = subprocess.run([binary(), "rescue", "--list", *tree.store.drives[2:]], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {(line["bucket"], line["key"]) for line in lines} == tree.digests.keys()
    assert not any("file" in line or "sha256" in line for line in lines)


def test_drives_in_use_and_directories_on_drives_are_refused(start, tmp_path):
    store = start("six")
    done = rescue(tmp_path / "back", store.drives[:4])
    assert done.returncode == 1 and f"is in use by process {store.process.pid}" in done.stderr, done.stderr
    assert not (tmp_path / "back").exists()
    store.stop()
    done = rescue(store.drives[0] / "back", store.drives)
    assert done.returncode == 1 and "which is only to be read" in done.stderr, done.stderr
    assert not (store.drives[0] / "back").exists()
