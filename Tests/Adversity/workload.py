"""A mixed load of PUT, multipart, copy and delete, and the check of what it left behind."""

from __future__ import annotations

import base64
import hashlib
import http.client
import random
import ssl
import subprocess
import sys
import threading
import time
import xml.sax.saxutils
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Clients"))

from expected import Content, ExpectedState, State  # noqa: E402
from raw import RawClient, Response, metric  # noqa: E402, F401
from store import Store, binary  # noqa: E402, F401

# Failures of a connection to a server that is killed in mid-flight: the outcome is unknown.
BROKEN = (OSError, ssl.SSLError, http.client.HTTPException, ValueError, EOFError)

BUCKETS = ["crash-a", "crash-b"]


class WrongAnswer(Exception):
    """The store said or did something that it must not."""


class Worker(threading.Thread):
    """One client with keys of its own, working until it is told to stop."""

    KEYS = 25

    def __init__(self, number: int, store, expected: ExpectedState, seed: int, stop: threading.Event):
        super().__init__(daemon=True)
        self.number = number
        self.raw = RawClient(store)
        self.expected = expected
        self.random = random.Random(seed)
        self.stop = stop
        self.failure: Exception | None = None
        self.counts: dict[str, int] = {}

    def run(self) -> None:
        kinds = [(self.put_small, 50), (self.put_large, 8), (self.multipart, 4), (self.copy, 18), (self.delete, 12),
                 (self.delete_many, 8)]
        actions, weights = zip(*kinds)
        while not self.stop.is_set():
            action = self.random.choices(actions, weights)[0]
            try:
                action()
                self.counts[action.__name__] = self.counts.get(action.__name__, 0) + 1
            except BROKEN:
                self.stop.wait(0.05)
            except Exception as error:
                self.failure = error
                return

    def place(self) -> tuple[str, str]:
        key = f"w{self.number}/" + "abc/"[: self.random.choice([0, 2, 4])] + str(self.random.randrange(self.KEYS))
        return self.random.choice(BUCKETS), key

    def content(self, smallest: int, largest: int) -> Content:
        return Content(self.random.getrandbits(63), self.random.randint(smallest, largest))

    def attempt(self, bucket: str, key: str, state: State, request) -> bool:
        """Makes a request that is to bring the key into a state; whether it was answered with success."""
        operation = self.expected.begin(bucket, key, state)
        answer = request()
        if answer.status in (200, 204):
            if b"<Error>" in answer.body:
                return False
            self.expected.answer(operation)
            return True
        if answer.status < 500:
            raise WrongAnswer(f"{bucket}/{key}: {answer}")
        return False

    def put_small(self) -> None:
        bucket, key = self.place()
        content = self.content(0, 9_000 if self.random.random() < 0.7 else 150_000)
        self.attempt(bucket, key, content, lambda: self.raw.request("PUT", f"/{bucket}/{key}", body=content.body()))

    def put_large(self) -> None:
        bucket, key = self.place()
        content = self.content(1_000_000, 6_000_000)
        self.attempt(bucket, key, content, lambda: self.raw.request("PUT", f"/{bucket}/{key}", body=content.body()))

    def multipart(self) -> None:
        bucket, key = self.place()
        content = self.content(5_300_000, 6_500_000)
        body, path = content.body(), f"/{bucket}/{key}"
        begun = self.raw.request("POST", path, query=[("uploads", "")])
        if begun.status != 200:
            return
        upload = begun.xml.findtext("UploadId")
        document = ""
        for number, part in enumerate((body[:5_242_880], body[5_242_880:]), 1):
            answer = self.raw.request("PUT", path, query=[("partNumber", str(number)), ("uploadId", upload)], body=part)
            if answer.status != 200:
                return
            tag = xml.sax.saxutils.escape(answer.headers["ETag"])
            document += f"<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"
        if self.random.random() < 0.2:
            self.raw.request("DELETE", path, query=[("uploadId", upload)])
            return
        document = f"<CompleteMultipartUpload>{document}</CompleteMultipartUpload>"
        self.attempt(bucket, key, content, lambda: self.raw.request(
            "POST", path, query=[("uploadId", upload)], body=document.encode()))

    def copy(self) -> None:
        source_bucket, source = self.place()
        bucket, key = self.place()
        certain, content = self.expected.certain(source_bucket, source)
        if not certain or content is None or (bucket, key) == (source_bucket, source):
            return
        headers = [("x-amz-copy-source", f"/{source_bucket}/{source}")]
        self.attempt(bucket, key, content, lambda: self.raw.request("PUT", f"/{bucket}/{key}", headers=headers))

    def delete(self) -> None:
        bucket, key = self.place()
        self.attempt(bucket, key, None, lambda: self.raw.request("DELETE", f"/{bucket}/{key}"))

    def delete_many(self) -> None:
        bucket, _ = self.place()
        keys = sorted({self.place()[1] for _ in range(4)})
        document = "".join(f"<Object><Key>{key}</Key></Object>" for key in keys)
        operations = [self.expected.begin(bucket, key, None) for key in keys]
        body = f"<Delete>{document}</Delete>".encode()
        digest = base64.b64encode(hashlib.md5(body).digest()).decode()
        answer = self.raw.request(
            "POST", f"/{bucket}", query=[("delete", "")], headers=[("content-md5", digest)], body=body)
        if answer.status == 200:
            deleted = {item.findtext("Key") for item in answer.xml.findall("Deleted")}
            for key, operation in zip(keys, operations):
                if key in deleted:
                    self.expected.answer(operation)
        elif answer.status < 500:
            raise WrongAnswer(f"{bucket}: {answer}")


class Load:
    """Several workers at once."""

    def __init__(self, store, expected: ExpectedState, workers: int, seed: int):
        self.stop = threading.Event()
        self.workers = [Worker(number, store, expected, seed * 1000 + number, self.stop) for number in range(workers)]
        for worker in self.workers:
            worker.start()

    def end(self) -> dict[str, int]:
        """Stops; how many operations of each kind were tried. A worker that saw a wrong answer raises it."""
        self.stop.set()
        counts: dict[str, int] = {}
        for worker in self.workers:
            worker.join(120)
            if worker.is_alive():
                raise WrongAnswer("a worker hangs: a request has had no answer for two minutes")
            if worker.failure is not None:
                raise worker.failure
            for kind, count in worker.counts.items():
                counts[kind] = counts.get(kind, 0) + count
        return counts


def wait_until(what: str, condition, seconds: float) -> float:
    """Looks again and again until it is so; how long that took."""
    begun = time.monotonic()
    while not condition():
        if time.monotonic() - begun > seconds:
            raise WrongAnswer(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.1)
    return time.monotonic() - begun


def wait_until_whole(store, seconds: float = 120) -> float:
    """Until all drives are members and no shard is missing, by the store's own counts; how long that took."""
    raw = RawClient(store)
    took = wait_until("all drives are members", lambda: metric(raw, "magstore_set_drives_out") == 0, seconds)
    return took + wait_until(
        "all shards are where they belong", lambda: metric(raw, "magstore_set_missing_shards") == 0, seconds)


def examine(store) -> str:
    """What `magstore doctor` says of the drives of a store that is stopped. Anything but clean is wrong."""
    done = subprocess.run([str(binary()), "doctor", *map(str, store.drives)], capture_output=True, text=True)
    if done.returncode != 0:
        raise WrongAnswer(f"doctor: exit code {done.returncode}\n{done.stdout[-4000:]}{done.stderr[-4000:]}")
    return done.stdout.strip()


def make_buckets(store) -> None:
    for bucket in BUCKETS:
        answer = RawClient(store).request("PUT", f"/{bucket}")
        if answer.status not in (200, 409):
            raise WrongAnswer(f"no bucket {bucket}: {answer}")


def listing(raw: RawClient, bucket: str) -> dict[str, tuple[int, str]]:
    """All keys of a bucket with their sizes and tags."""
    found: dict[str, tuple[int, str]] = {}
    token: str | None = None
    while True:
        query = [("list-type", "2"), ("max-keys", "100")] + ([("continuation-token", token)] if token else [])
        answer = raw.request("GET", f"/{bucket}", query=query)
        if answer.status != 200:
            raise WrongAnswer(f"LIST of {bucket}: {answer}")
        document = answer.xml
        for item in document.findall("Contents"):
            key = item.findtext("Key")
            if key in found or found and key < max(found):
                raise WrongAnswer(f"LIST of {bucket} repeats or disorders {key}")
            found[key] = (int(item.findtext("Size")), item.findtext("ETag"))
        if document.findtext("IsTruncated") != "true":
            return found
        token = document.findtext("NextContinuationToken")


def verify(store, expected: ExpectedState, cut_begun: float, cut_ended: float) -> int:
    """Reads and lists everything and compares it with what may be there; what is there is then expected.

    - Returns: how many objects there are. Raises `WrongAnswer` with every difference found.
    """
    raw = RawClient(store)
    wrong: list[str] = []
    total = 0
    for bucket in BUCKETS:
        listed = listing(raw, bucket)
        candidates = expected.candidates(bucket, cut_begun, cut_ended)
        wrong += [f"{bucket}/{key} is listed and was never written" for key in listed.keys() - candidates.keys()]
        for key, states in sorted(candidates.items()):
            answer = raw.request("GET", f"/{bucket}/{key}")
            found = matching(answer, states)
            if found is NOT_ALLOWED:
                wrong.append(f"{bucket}/{key}: {describe(answer)}, allowed are {states}")
                continue
            if (found is not None) != (key in listed):
                wrong.append(f"{bucket}/{key}: {describe(answer)} by GET, {listed.get(key)} by LIST")
            elif found is not None and listed[key] != (found.size, answer.headers["ETag"]):
                wrong.append(f"{bucket}/{key}: {describe(answer)} by GET, {listed[key]} by LIST")
            expected.settle(bucket, key, found)
            total += found is not None
    if wrong:
        raise WrongAnswer(f"{len(wrong)} differences:\n" + "\n".join(wrong[:20]))
    return total


NOT_ALLOWED = object()


def matching(answer: Response, states: list[State]):
    """The state that the answer shows, of those allowed, the newest first."""
    if answer.status == 404:
        return None if None in states else NOT_ALLOWED
    if answer.status != 200:
        return NOT_ALLOWED
    digest = hashlib.sha256(answer.body).hexdigest()
    for state in reversed(states):
        if state is not None and state.size == len(answer.body) and state.digest == digest:
            return state
    return NOT_ALLOWED


def describe(answer: Response) -> str:
    if answer.status == 200:
        return f"{len(answer.body)} bytes {hashlib.sha256(answer.body).hexdigest()[:12]}"
    return f"{answer.status} {answer.body[:200]!r}"
