"""Six drives, 4+2, and rot that no reader meets: a scrub of the running store finds and repairs it, and doctor agrees."""

import random
import time
from pathlib import Path

import pytest

from workload import RawClient, examine, metric, wait_until

BLOCK = 64 * 1024
FOOTER = 96
BLOCKS_PER_UNIT = 4
# Every few seconds instead of every thirty days.
OPTIONS = ["--scrub-interval=5s"]


class Rotten:
    """A store with files of every layout, whose drives go bad while it serves."""

    def __init__(self, store):
        self.store = store
        self.raw = RawClient(store)
        self.random = random.Random(11)
        self.bodies = {
            f"{size}-{number}": random.Random(size * 1000 + number).randbytes(size)
            for size in (0, 1000, 40_000, 300_000, 3_000_000, 20_000_000)
            for number in range(3 if size > 1_000_000 else 30)
        }
        assert self.raw.request("PUT", "/rotten").status == 200
        for key, body in self.bodies.items():
            assert self.raw.request("PUT", f"/rotten/{key}", body=body).status == 200

    def shards(self) -> dict[str, list[Path]]:
        """Files of shards by their name, one of each drive."""
        files: dict[str, list[Path]] = {}
        for drive in self.store.drives:
            for path in (drive / "shards").glob("*/*"):
                files.setdefault(path.name, []).append(path)
        return files

    def flip(self, path: Path, position: int) -> None:
        with open(path, "r+b") as file:
            file.seek(position)
            byte = file.read(1)[0]
            file.seek(position)
            file.write(bytes([byte ^ self.random.randrange(1, 256)]))

    def wait_for(self, name: str, condition, seconds: float = 120) -> None:
        wait_until(name, lambda: condition(metric(self.raw, name)), seconds)

    def check(self) -> None:
        for key, body in self.bodies.items():
            answer = self.raw.request("GET", f"/rotten/{key}")
            assert answer.status == 200 and answer.body == body, key

    def doctor(self) -> str:
        self.store.stop()
        return examine(self.store)


@pytest.fixture
def rotten(start):
    return Rotten(start("six", options=OPTIONS))


def block_count(path: Path) -> int:
    """The file is blocks, four bytes for each, and a footer."""
    size = path.stat().st_size - FOOTER
    return -(-size // (BLOCK + 4))


def test_one_in_a_hundred_blocks_rotten(rotten):
    """At most two shards of a stripe, in whatever shards of an object; the footers of some files too."""
    damaged = set()
    for files in rotten.shards().values():
        assert len(files) == 6
        blocks = range(block_count(files[0]))
        for start in blocks[::BLOCKS_PER_UNIT]:
            if rotten.random.random() < 0.15:
                for path in rotten.random.sample(files, rotten.random.choice([1, 2])):
                    block = rotten.random.choice(blocks[start : start + BLOCKS_PER_UNIT])
                    rotten.flip(path, block * BLOCK + rotten.random.randrange(1000))
                    damaged.add(path)
    for files in list(rotten.shards().values())[:3]:
        path = rotten.random.choice(files)
        rotten.flip(path, path.stat().st_size - 1)
        damaged.add(path)
    assert len(damaged) >= 10
    rotten.wait_for("magstore_set_shards_repaired_total", lambda count: count >= len(damaged))
    rotten.wait_for("magstore_set_missing_shards", lambda count: count == 0)
    assert metric(rotten.raw, "magstore_set_corruption_found_total") == len(damaged)
    assert metric(rotten.raw, "magstore_set_drives_out") == 0
    rotten.check()
    # What was wrong is kept for the operator.
    assert any((drive / "quarantine").glob("0*") for drive in rotten.store.drives)
    assert "clean" in rotten.doctor()


def test_a_rotten_index_that_is_all_in_memory(rotten):
    """Tables and blob files, of one drive: the caches have what they should hold."""
    rotten.store.stop()
    rotten.store.start()
    rotten.check()
    drive = rotten.random.choice(rotten.store.drives)
    tables = [path for path in (drive / "index").glob("*.sst")]
    assert tables
    for path in tables:
        for _ in range(5):
            rotten.flip(path, rotten.random.randrange(path.stat().st_size))
    rotten.wait_for("magstore_set_corruption_found_total", lambda count: count > 0)
    rotten.wait_for("magstore_set_drives_out", lambda count: count == 0)
    rotten.wait_for("magstore_set_missing_shards", lambda count: count == 0)
    rotten.check()
    assert list((drive / "quarantine").glob("index-*"))
    assert "clean" in rotten.doctor()


def test_lost_files_are_missed_and_put_back(rotten):
    """Two drives without any of their shards, and nobody asks for an object."""
    lost = 0
    for drive in rotten.random.sample(rotten.store.drives, 2):
        for path in (drive / "shards").glob("*/*"):
            path.unlink()
            lost += 1
    rotten.wait_for("magstore_set_shards_repaired_total", lambda count: count >= lost)
    rotten.wait_for("magstore_set_missing_shards", lambda count: count == 0)
    rotten.check()
    assert "clean" in rotten.doctor()
