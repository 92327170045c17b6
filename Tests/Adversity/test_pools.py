"""A pool is added to a store, the old one is drained under load with kills in between, and the store goes on without it."""

import json
import subprocess
import threading
import time
from pathlib import Path

import pytest

from expected import ExpectedState
from raw import RawClient
from store import StoreDidNotStart, binary
from test_looking_after import magstore, until
from workload import BROKEN, Load, examine, listing, make_buckets, verify

BODIES = {f"key{number:03}": bytes([number % 251]) * size
          for number, size in enumerate([0, 1, 5_000, 40_000, 300_000, 1_500_000] * 10)}


class Reader(threading.Thread):
    """Reads and lists what nobody changes: it must be there whenever there is an answer."""

    def __init__(self, store):
        super().__init__(daemon=True)
        self.raw = RawClient(store)
        self.ended = threading.Event()
        self.failure: Exception | None = None
        self.answers = 0

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                self.look()
            except BROKEN:
                self.ended.wait(0.05)
            except Exception as error:
                self.failure = error
                return

    def look(self) -> None:
        for key, body in BODIES.items():
            answer = self.raw.request("GET", f"/standing/{key}")
            if answer.status >= 500:
                continue
            assert answer.status == 200 and answer.body == body, f"{key}: {answer.status}"
            self.answers += 1
        answer = self.raw.request("GET", "/standing", query=[("list-type", "2")])
        if answer.status >= 500:
            return
        assert answer.status == 200
        keys = [item.findtext("Key") for item in answer.xml.findall("Contents")]
        assert keys == sorted(BODIES), f"listed are {len(keys)} keys, {len(set(keys))} different ones"

    def end(self) -> None:
        self.ended.set()
        self.join(60)
        if self.failure is not None:
            raise self.failure
        assert self.answers > 0


def pools(store) -> dict[int, dict]:
    done = magstore(store, "pool", "list", "--json")
    return {pool["pool"]: pool for pool in json.loads(done.stdout)["pools"]} if done.returncode == 0 else {}


def phase(store, pool: int) -> str | None:
    return pools(store).get(pool, {}).get("phase")


def drives(folder: Path, name: str) -> tuple[str, list[Path]]:
    return f"{folder}/{name}{{1...3}}", [folder / f"{name}{number}" for number in (1, 2, 3)]


@pytest.fixture
def old(start, tmp_path):
    _, paths = drives(tmp_path, "old")
    store = start("one", drives=paths)
    raw = RawClient(store)
    assert raw.request("PUT", "/standing").status == 200
    for key, body in BODIES.items():
        assert raw.request("PUT", f"/standing/{key}", body=body).status == 200
    return store


def add(store, tmp_path) -> None:
    assert store.stop() == 0
    patterns = [drives(tmp_path, name) for name in ("old", "new")]
    store.pools = [pattern for pattern, _ in patterns]
    store.drives = [path for _, paths in patterns for path in paths]
    store.start()
    until(30, lambda: phase(store, 1) == "active")


def test_a_pool_is_added_and_another_drained_under_load_with_kills(old, tmp_path):
    store = old
    add(store, tmp_path)
    make_buckets(store)
    expected = ExpectedState()
    load = Load(store, expected, workers=3, seed=1)
    time.sleep(3)
    load.end()
    reader = Reader(store)
    reader.start()
    assert magstore(store, "pool", "drain", "1").returncode == 0
    for turn in range(3):
        load = Load(store, expected, workers=3, seed=10 + turn)
        time.sleep(1.5)
        killed = time.monotonic()
        store.kill()
        load.end()
        store.start()
        verify(store, expected, killed, time.monotonic())
    load = Load(store, expected, workers=3, seed=20)
    time.sleep(2)
    load.end()
    until(120, lambda: phase(store, 0) == "drained")
    reader.end()
    now = time.monotonic()
    verify(store, expected, now, now)
    time.sleep(3)
    assert store.stop() == 0
    examine(store)
    # Nothing of it is needed any more.
    (pattern, paths) = drives(tmp_path, "new")
    (store.pools, store.drives) = ([pattern], paths)
    store.start()
    verify(store, expected, now, now)
    assert sorted(listing(RawClient(store), "standing")) == sorted(BODIES)
    until(30, lambda: set(pools(store)) == {1})
    time.sleep(3)
    assert store.stop() == 0
    examine(store)


def test_a_pool_that_has_objects_can_not_be_left_out(old, tmp_path):
    store = old
    add(store, tmp_path)
    assert store.stop() == 0
    (pattern, paths) = drives(tmp_path, "old")
    store.pools = [pattern]
    with pytest.raises(StoreDidNotStart) as refusal:
        store.start()
    assert "no drive of pool 2 is here" in str(refusal.value)
    # Nor does doctor call half a store clean.
    done = subprocess.run([str(binary()), "doctor", *map(str, paths)], capture_output=True, text=True)
    assert done.returncode != 0 and "pool 2" in done.stdout + done.stderr


def test_the_last_pool_is_not_drained(old):
    done = magstore(old, "pool", "drain", "1")
    assert done.returncode == 2 and "add another" in done.stderr
    assert magstore(old, "pool", "drain", "7").returncode == 2


def test_a_drained_pool_is_used_again(old, tmp_path):
    store = old
    add(store, tmp_path)
    assert magstore(store, "pool", "drain", "2").returncode == 0
    done = magstore(store, "pool", "drain", "2", "--wait", "--timeout", "60")
    assert done.returncode == 0, done.stderr
    assert phase(store, 1) == "drained"
    assert "is empty" in magstore(store, "pool", "status").stdout
    assert magstore(store, "pool", "keep", "2").returncode == 0
    assert phase(store, 1) == "active"
    raw = RawClient(store)
    for number in range(40):
        assert raw.request("PUT", f"/standing/more{number}", body=b"more").status == 200
    store.stop()
    examine(store)
