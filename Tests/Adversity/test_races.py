"""Conditions are decided at the commit: many clients, one winner."""

import threading

import pytest

from raw import RawClient


def together(count: int, work) -> list:
    """Runs work(number) on so many threads at once; their results."""
    results: list = [None] * count
    failures = []
    barrier = threading.Barrier(count)

    def run(number):
        try:
            barrier.wait()
            results[number] = work(number)
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    return results


@pytest.mark.parametrize("layout", ["one", "twelve"])
def test_of_64_creators_exactly_one_wins(start, layout):
    store = start(layout)
    raw = RawClient(store)
    assert raw.request("PUT", "/races").status == 200
    for turn in range(10):
        statuses = together(64, lambda number: RawClient(store).request(
            "PUT", f"/races/{turn}", headers=[("if-none-match", "*")], body=b"%d" % number).status)
        assert statuses.count(200) == 1 and set(statuses) <= {200, 409, 412}, statuses
        assert raw.request("GET", f"/races/{turn}").body == b"%d" % statuses.index(200)


def test_a_counter_by_compare_and_swap_ends_exact(start):
    store = start("six")
    raw = RawClient(store)
    raw.request("PUT", "/races")
    raw.request("PUT", "/races/counter", body=b"0")

    def count(_):
        client, done = RawClient(store), 0
        while done < 5:
            now = client.request("GET", "/races/counter")
            headers = [("if-match", now.headers["ETag"])]
            answer = client.request("PUT", "/races/counter", headers=headers, body=b"%d" % (int(now.body) + 1))
            assert answer.status in (200, 409, 412), answer
            done += answer.status == 200

    together(32, count)
    assert raw.request("GET", "/races/counter").body == b"160"


def test_no_object_is_lost_to_the_removal_of_its_bucket(start):
    """Over two sets: a PUT that was answered with 200 keeps the bucket, whoever deletes it at the same time."""
    store = start("twelve")
    seen = {}

    def outcome(answer):
        return answer.status if answer.status == 200 else answer.code

    def race(worker):
        raw = RawClient(store)
        for turn in range(125):
            bucket = f"/race-{worker}-{turn}"
            assert raw.request("PUT", bucket).status == 200
            outcomes = {}
            putting = threading.Thread(target=lambda: outcomes.update(
                put=outcome(RawClient(store).request("PUT", f"{bucket}/key{turn}", body=b"kept"))))
            putting.start()
            outcomes["delete"] = raw.request("DELETE", bucket).status
            putting.join()
            found = raw.request("GET", f"{bucket}/key{turn}")
            if outcomes["put"] == 200:
                assert outcomes["delete"] == 409 and found.body == b"kept", (bucket, outcomes, found)
            else:
                # The bucket is gone, or was going at that moment (409, as AWS has it).
                assert outcomes["put"] in ("NoSuchBucket", "OperationAborted"), (bucket, outcomes)
                assert outcomes["delete"] == 204 and found.status == 404, (bucket, outcomes, found)
            seen[outcomes["put"]] = seen.get(outcomes["put"], 0) + 1

    together(8, race)
    # Otherwise nothing raced.
    assert seen[200] > 0 and len(seen) > 1, seen
