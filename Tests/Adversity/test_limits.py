"""1,024 descriptors and little memory: what does not fit is refused, and nothing fails otherwise."""

import os
import socket
import threading
import time

import pytest

from raw import UNSIGNED, RawClient, read_response

MIB = 1024 * 1024
# What the program needs beside what --memory-limit governs: code, threads, connections, TLS.
BESIDE_THE_LIMIT = 192 * MIB
MEMORY_LIMIT = 256 * MIB


def peak_memory(process: int) -> int:
    with open(f"/proc/{process}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


@pytest.fixture
def small(start):
    """A store with 1,024 descriptors, soft and hard."""
    store = start("six", wrapper=["prlimit", "--nofile=1024:1024"], options=["--memory-limit=256MiB"])
    raw = RawClient(store)
    assert raw.request("PUT", "/limits").status == 200
    assert raw.request("PUT", "/limits/large", body=os.urandom(16 * MIB)).status == 200
    return store


def open_connection(store, timeout=20):
    return socket.create_connection((store.host, store.port), timeout=timeout)


def test_idle_slow_and_stalled_clients_together(small):
    raw = RawClient(small)
    held = []
    try:
        for _ in range(1000):
            held.append(open_connection(small))
        slow = [begin_slow_put(small, number) for number in range(100)]
        stalled = [begin_stalled_get(small) for _ in range(50)]
        held += [connection for connection, _ in slow] + stalled
        outcomes = []
        for turn in range(100):
            health = raw.get("/health/live")
            assert health.status == 200
            answer = raw.request("PUT", f"/limits/among-{turn}", body=b"x" * 1000)
            outcomes.append(answer.status)
            if answer.status == 503:
                assert answer.code == "SlowDown", answer
            if answer.status == 200:
                read = raw.request("GET", f"/limits/among-{turn}")
                assert read.status in (200, 503)
        assert set(outcomes) <= {200, 503}
        finished = [finish_slow_put(connection, number) for number, (connection, body) in enumerate(slow)]
        assert set(finished) <= {200, 503} and 200 in finished, finished
    finally:
        for connection in held:
            connection.close()
    deadline = time.monotonic() + 10
    while raw.request("PUT", "/limits/afterwards", body=b"x").status != 200:
        assert time.monotonic() < deadline, "it has not recovered"
        time.sleep(0.2)
    assert peak_memory(small.process.pid) < MEMORY_LIMIT + BESIDE_THE_LIMIT


SLOW_BYTES = 100_000


def begin_slow_put(store, number):
    """The head and half of the body."""
    raw = RawClient(store)
    connection = open_connection(store)
    headers = [("content-length", str(SLOW_BYTES))]
    head = raw.signed_head("PUT", f"/limits/slow-{number}", headers=headers, payload_hash=UNSIGNED)
    try:
        connection.sendall(head + b"x" * (SLOW_BYTES // 2))
    except OSError:
        pass
    return connection, SLOW_BYTES // 2


def finish_slow_put(connection, number) -> int:
    try:
        connection.sendall(b"x" * (SLOW_BYTES // 2))
    except OSError:
        pass  # Refused, with an answer that can be read.
    return read_response(connection).status


def begin_stalled_get(store):
    """Asks for more than the sockets hold and reads none of it."""
    connection = open_connection(store)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.sendall(RawClient(store).signed_head("GET", "/limits/large"))
    return connection


# GiB of one upload; five is what a release is shown with.
STREAMED_GIB = float(os.environ.get("MAGSTORE_TEST_STREAM_GIB", "0.5"))


def test_a_large_upload_does_not_raise_memory(small):
    raw = RawClient(small)
    for number in range(20):
        raw.request("PUT", f"/limits/warm-{number}", body=os.urandom(8 * MIB))
    before = peak_memory(small.process.pid)
    size = int(STREAMED_GIB * 1024) * MIB
    block = os.urandom(MIB)
    with raw.connect(timeout=120) as connection:
        headers = [("content-length", str(size))]
        connection.sendall(raw.signed_head("PUT", "/limits/streamed", headers=headers, payload_hash=UNSIGNED))
        for _ in range(size // MIB):
            connection.sendall(block)
        assert read_response(connection).status == 200
    assert peak_memory(small.process.pid) < before + 32 * MIB
    assert raw.request("HEAD", "/limits/streamed").headers["Content-Length"] == str(size)


def test_many_uploads_at_once_stay_within_the_limit(small):
    statuses = []

    def upload(number):
        statuses.append(RawClient(small).request("PUT", f"/limits/many-{number}", body=b"m" * (8 * MIB)).status)

    threads = [threading.Thread(target=upload, args=[number]) for number in range(48)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(statuses) <= {200, 503} and statuses.count(200) > 8, statuses
    assert peak_memory(small.process.pid) < MEMORY_LIMIT + BESIDE_THE_LIMIT
