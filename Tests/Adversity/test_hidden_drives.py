"""Drives that were away for a while, and come back under each other's paths."""

import random
import time

import pytest

from expected import ExpectedState
from workload import (
    BUCKETS, Load, RawClient, examine, listing, make_buckets, matching, verify, wait_until_whole)


def never_an_old_value(store, expected: ExpectedState, chance: random.Random, turns: int = 100) -> None:
    """GET and LIST from the first answer on, while drives are still being made equal."""
    raw = RawClient(store)
    now = time.monotonic()
    for _ in range(turns):
        bucket = chance.choice(BUCKETS)
        candidates = expected.candidates(bucket, now, now)
        key, states = chance.choice(sorted(candidates.items()))
        # Everything was settled by a full read before: one state, or none.
        assert len(states) == 1
        found = matching(raw.request("GET", f"/{bucket}/{key}"), states)
        assert found == states[0], f"{bucket}/{key} by GET"
        assert (key in listing(raw, bucket)) == (states[0] is not None), f"{bucket}/{key} by LIST"


@pytest.mark.parametrize("returning", ["while stopped", "while it serves"])
def test_two_drives_hidden_for_a_cycle_of_overwrites_and_deletes(start, returning):
    store = start("six")
    make_buckets(store)
    chance = random.Random(11)
    expected = ExpectedState()
    for turn in range(2):
        load = Load(store, expected, workers=4, seed=turn)
        time.sleep(2)
        killed = time.monotonic()
        store.kill()
        load.end()
        hidden = chance.sample(store.drives, 2)
        for drive in hidden:
            drive.rename(drive.with_suffix(".hidden"))
        store.start()
        verify(store, expected, killed, time.monotonic())
        load = Load(store, expected, workers=4, seed=10 + turn)
        time.sleep(2)
        load.end()
        now = time.monotonic()
        verify(store, expected, now, now)
        if returning == "while stopped":
            store.kill()
        # In another order: a drive is known by its uuid, a path is only a place to look.
        for drive, path in zip(hidden, reversed(hidden)):
            drive.with_suffix(".hidden").rename(path)
        if returning == "while stopped":
            store.start()
        never_an_old_value(store, expected, chance)
        wait_until_whole(store)
        never_an_old_value(store, expected, chance, turns=20)
        # A returned drive is swept of what a crash left on it in the round after.
        time.sleep(3)
        assert store.stop() == 0
        examine(store)
        store.start()
