"""The system calls of the release program: what is on stable storage before an answer leaves."""

import os
import re
import time
from collections import Counter
from dataclasses import dataclass

import pytest

from raw import RawClient

PUTS = 20
STARTED = re.compile(r'^(\d+) +(\w+)\((\d+)<([^>]*)>(.*)$')
RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>.*= (-?\d+)")


@dataclass
class Sync:
    """A sync that succeeded: the lines of the trace where it began and ended."""

    path: str
    begun: int
    ended: int


class Trace:
    def __init__(self, lines):
        self.syncs: list[Sync] = []
        self.answers: list[int] = []
        open_calls = {}
        for number, line in enumerate(lines):
            if started := STARTED.match(line):
                thread, call, _, path, rest = started.groups()
                if "sync" not in call:
                    if '"HTTP/1.1 200' in rest:
                        self.answers.append(number)
                elif "<unfinished" in rest:
                    open_calls[thread] = (path, number)
                elif rest.endswith("= 0"):
                    self.syncs.append(Sync(path, number, number))
            elif (resumed := RESUMED.match(line)) and "sync" in resumed[2]:
                path, begun = open_calls.pop(resumed[1])
                assert resumed[3] == "0", line
                self.syncs.append(Sync(path, begun, number))

    def of(self, drive, part: str) -> list[Sync]:
        return [sync for sync in self.syncs if sync.path.startswith(f"{drive}/") and re.search(part, sync.path)]


class Traced:
    """A store whose writes and syncs are written down, and the part of that which a request caused."""

    def __init__(self, start, tmp_path):
        self.file = tmp_path / "trace"
        # -D: the server stays the process that was started, and the tracer is its grandchild.
        self.store = start("six", wrapper=[
            "strace", "-D", "-f", "-y", "-o", str(self.file), "-e", "trace=fdatasync,fsync,write,writev,sendmsg"])
        self.raw = RawClient(self.store)
        assert self.raw.request("PUT", "/traced").status == 200

    def during(self, work, answers: int) -> Trace:
        # What the start left to do is done by then.
        time.sleep(3)
        begun = self.file.stat().st_size
        work()
        ending = time.monotonic() + 20
        while True:
            lines = self.file.read_bytes()[begun:].decode(errors="replace").splitlines()
            trace = Trace(lines)
            if len(trace.answers) >= answers:
                return trace
            assert time.monotonic() < ending, "the trace has no answer"
            time.sleep(0.1)


@pytest.fixture
def traced(start, tmp_path):
    return Traced(start, tmp_path)


def test_shards_then_directories_then_every_index_then_the_answer(traced):
    body = os.urandom(1_000_000)
    trace = traced.during(lambda: put(traced, "striped", body), answers=1)
    drives = traced.store.drives
    logs = [sync for drive in drives for sync in trace.of(drive, r"/index/\d+\.log$")]
    assert Counter(sync.path.rsplit("/index/")[0] for sync in logs) == Counter(map(str, drives))
    for drive in drives:
        data = trace.of(drive, "/incoming/")
        directories = trace.of(drive, r"/shards(/[^/]*)?$")
        assert len(data) == 1 and directories, f"{drive}: {trace.syncs}"
        assert data[0].ended < min(sync.begun for sync in directories)
        assert max(sync.ended for sync in directories) < min(sync.begun for sync in logs)
    assert max(sync.ended for sync in logs) < trace.answers[0]


def test_a_small_put_costs_one_sync_for_each_drive(traced):
    def puts():
        for number in range(PUTS):
            put(traced, f"small-{number}", os.urandom(4096))

    trace = traced.during(puts, answers=PUTS)
    counts = Counter(sync.path for sync in trace.syncs)
    assert len(counts) == len(traced.store.drives) and set(counts.values()) == {PUTS}, counts
    for turn, answer in enumerate(trace.answers, start=1):
        assert sum(sync.ended < answer for sync in trace.syncs) == turn * len(traced.store.drives)


def put(traced, key, body):
    assert traced.raw.request("PUT", f"/traced/{key}", body=body).status == 200
