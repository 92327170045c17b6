"""Six drives, 4+2: what is lost or rotten on two of them costs nothing, and what is lost on three is said to be.

MAGSTORE_TEST_MEGABYTES sets the size of the large file; 1024 is what a release is shown with.
"""

import os
import random
import shutil
import subprocess
import time

import pytest

from raw import RawClient, metric
from store import StoreDidNotStart
from workload import wait_until

MEGABYTES = int(os.environ.get("MAGSTORE_TEST_MEGABYTES", "48"))
SMALL = 300


class Filled:
    """A store with one large file, put by `aws s3 cp`, and small objects of every layout."""

    def __init__(self, store, folder):
        self.store = store
        self.folder = folder
        self.raw = RawClient(store)
        self.random = random.Random(7)
        self.sizes = [0, 1, 4096, 16_384, 40_000, 100_000, 300_000]
        self.large = folder / "large"
        with open(self.large, "wb") as file:
            for _ in range(MEGABYTES):
                file.write(os.urandom(1024 * 1024))
        assert self.raw.request("PUT", "/filled").status == 200
        self.aws("cp", self.large, "s3://filled/large")
        for number in range(SMALL):
            assert self.raw.request("PUT", f"/filled/small/{number:04}", body=self.small(number)).status == 200

    def small(self, number: int) -> bytes:
        return random.Random(number).randbytes(self.sizes[number % len(self.sizes)])

    def aws(self, *arguments) -> None:
        done = subprocess.run(
            ["/usr/bin/aws", "--endpoint-url", self.store.endpoint, "s3", *map(str, arguments), "--no-progress"],
            env=self.store.client_environment(self.folder), capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    def check(self, more: dict[str, bytes] | None = None) -> None:
        """Everything comes back byte for byte, and the listing is complete."""
        back = self.folder / "back"
        self.aws("cp", "s3://filled/large", back)
        assert subprocess.run(["cmp", self.large, back]).returncode == 0
        objects = {f"small/{number:04}": self.small(number) for number in range(SMALL)} | (more or {})
        for key, body in objects.items():
            assert self.holds(key, body), key
        listing = self.raw.request("GET", "/filled", query=[("list-type", "2")]).xml
        assert [item.text for item in listing.findall("Contents/Key")] == sorted(["large", *objects])

    def holds(self, key: str, body: bytes) -> bool:
        """Whether a GET answers so. A body of other bytes would drown a failed assertion's message."""
        answer = self.raw.request("GET", f"/filled/{key}")
        return answer.status == 200 and answer.body == body

    def reads_or_fails(self, key: str, body: bytes) -> bool:
        """Whether a GET answers all of an object, or 503, or breaks off: never other bytes, never too few as if whole."""
        try:
            answer = self.raw.request("GET", f"/filled/{key}")
        except ConnectionError:
            return True
        return answer.status == 503 or answer.status == 200 and answer.body == body

    def wait_for(self, name: str, condition, seconds: float = 60) -> None:
        """Until a metric is as it should be."""
        wait_until(name, lambda: condition(metric(self.raw, name)), seconds)

    def two_drives(self):
        return self.random.sample(self.store.drives, 2)

    def flip_bytes(self, path) -> None:
        """Changes a byte in every 16 KiB or so, and at least one."""
        with open(path, "r+b") as file:
            size = path.stat().st_size
            for _ in range(max(1, size // 16_384)):
                position = self.random.randrange(size)
                file.seek(position)
                byte = file.read(1)[0]
                file.seek(position)
                file.write(bytes([byte ^ self.random.randrange(1, 256)]))


@pytest.fixture
def filled(start, tmp_path):
    return Filled(start("six"), tmp_path)


def empty(drive) -> None:
    for entry in drive.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def test_everything_comes_back(filled):
    filled.check()


def test_two_drives_emptied_while_it_is_stopped(filled):
    filled.store.stop()
    for drive in filled.two_drives():
        empty(drive)
    filled.store.start()
    filled.check()


def test_two_drives_emptied_while_it_runs(filled):
    """They leave within five seconds, and what is written afterwards does not count on them."""
    drives = filled.two_drives()
    for drive in drives:
        empty(drive)
    emptied = time.monotonic()
    while metric(filled.raw, "magstore_set_drives_out") < 2:
        assert time.monotonic() - emptied < 6, "a vanished drive is still a member"
        time.sleep(0.1)
    more = {f"later/{number}": random.Random(number).randbytes(5000) for number in range(50)}
    for key, body in more.items():
        assert filled.raw.request("PUT", f"/filled/{key}", body=body).status == 200
    filled.check(more)
    filled.store.kill()
    filled.store.start()
    filled.check(more)


def test_rot_in_the_shards_of_two_drives(filled):
    filled.store.stop()
    for drive in filled.two_drives():
        shards = [path for path in (drive / "shards").rglob("*") if path.is_file()]
        assert shards
        for shard in shards:
            filled.flip_bytes(shard)
    filled.store.start()
    filled.check()
    assert metric(filled.raw, "magstore_set_corruption_found_total") > 0


@pytest.mark.parametrize("kind", ["*.log", "*.sst", "*.blob", "MANIFEST-*"])
def test_rot_in_the_index_files_of_two_drives(filled, kind):
    if kind != "*.log":
        # A start moves what it finds in the logs into tables and blob files.
        filled.store.kill()
        filled.store.start()
    filled.store.kill()
    for drive in filled.two_drives():
        files = [path for path in (drive / "index").glob(kind) if path.stat().st_size > 0]
        assert files, f"the index has no {kind}"
        for file in files:
            filled.flip_bytes(file)
    filled.store.start()
    filled.check()
    filled.wait_for("magstore_set_corruption_found_total", lambda count: count > 0)
    filled.wait_for("magstore_set_drives_out", lambda count: count == 0)
    filled.wait_for("magstore_set_missing_shards", lambda count: count == 0)
    filled.check()


def test_three_drives_gone_at_the_start_is_an_error_that_names_them(filled):
    filled.store.stop()
    drives = filled.random.sample(filled.store.drives, 3)
    for drive in drives:
        drive.rename(drive.with_suffix(".gone"))
    drives[0].mkdir()
    with pytest.raises(StoreDidNotStart) as error:
        filled.store.start()
    assert "exit code 1" in str(error.value)
    for drive in drives:
        assert str(drive) in str(error.value), error.value
    assert not any(drives[0].glob("magstore.json")), "an empty directory was formatted"
    shutil.rmtree(drives[0])
    for drive in drives:
        drive.with_suffix(".gone").rename(drive)
    filled.store.start()
    filled.check()


def test_three_drives_gone_while_it_runs_is_an_error_and_no_wrong_byte(filled):
    """What was open goes on being readable or fails; nothing is acknowledged, and all of it is there afterwards."""
    drives = filled.random.sample(filled.store.drives, 3)
    for drive in drives:
        drive.rename(drive.with_suffix(".gone"))
    gone = time.monotonic()
    ready = 200
    while ready == 200:
        assert time.monotonic() - gone < 6, "it says that it is ready without three drives"
        time.sleep(0.1)
        for number in range(1, SMALL, 50):
            assert filled.reads_or_fails(f"small/{number:04}", filled.small(number)), number
        ready = filled.raw.get("/health/ready").status
    assert ready == 503
    assert filled.raw.get("/health/live").status == 200
    answer = filled.raw.request("GET", "/filled/small/0002")
    assert answer.status == 503 and answer.code in ("ServiceUnavailable", "SlowDown"), answer
    assert filled.raw.request("PUT", "/filled/new", body=b"x").status == 503
    for drive in drives:
        drive.with_suffix(".gone").rename(drive)
    ending = time.monotonic() + 30
    while filled.raw.get("/health/ready").status != 200:
        assert time.monotonic() < ending, "three drives are back and it does not serve"
        time.sleep(0.2)
    assert filled.raw.request("GET", "/filled/new").status == 404
    filled.check()


def test_a_single_drive_with_a_rotten_log_refuses_to_start(start):
    store = start("one")
    raw = RawClient(store)
    assert raw.request("PUT", "/single").status == 200
    for number in range(200):
        assert raw.request("PUT", f"/single/{number}", body=b"x" * 1000).status == 200
    store.kill()
    log = max((store.drives[0] / "index").glob("*.log"), key=lambda path: path.stat().st_size)
    with open(log, "r+b") as file:
        file.seek(log.stat().st_size // 2)
        byte = file.read(1)[0]
        file.seek(-1, os.SEEK_CUR)
        file.write(bytes([byte ^ 0x10]))
    with pytest.raises(StoreDidNotStart) as error:
        store.start()
    assert "exit code 0" not in str(error.value)
    assert str(store.drives[0]) in str(error.value)
