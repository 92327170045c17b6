"""What an operator is told, by the commands, of a store that is not well."""

import json
import os
import random
import shutil
import subprocess
import time

from raw import RawClient
from store import binary


def magstore(store, *arguments, **environment) -> subprocess.CompletedProcess:
    keys = {"MAGSTORE_ENDPOINT": store.endpoint, "MAGSTORE_ACCESS_KEY": store.access_key,
            "MAGSTORE_SECRET_KEY": store.secret_key}
    return subprocess.run(
        [binary(), *arguments], env={"PATH": "/usr/bin", "HOME": "/nonexistent"} | keys | environment,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)


def until(seconds, question):
    """Asks again and again until there is an answer."""
    ending = time.monotonic() + seconds
    while True:
        answer = question()
        if answer:
            return answer
        assert time.monotonic() < ending
        time.sleep(0.2)


def test_who_is_ready_serves(start):
    store = start("one")
    for _ in range(10):
        store.kill()
        store.start(until="/health/live")
        raw = RawClient(store)
        while raw.request("GET", "/health/ready").status != 200:
            pass
        assert raw.request("GET", "/").status == 200


def test_a_drive_that_goes_and_comes_back(start):
    store = start("six")
    raw = RawClient(store)
    assert magstore(store, "status").returncode == 0
    assert raw.request("PUT", "/bucket").status == 200
    away = store.drives[3].with_name("away")
    os.rename(store.drives[3], away)

    def missing():
        report = json.loads(magstore(store, "status", "--json").stdout)
        drives = {drive["path"]: drive for drive in report["sets"][0]["drives"]}
        drive = drives[str(store.drives[3])]
        return drive if drive["state"] in ("out", "absent") else None

    drive = until(10, missing)
    assert drive["reason"]
    done = magstore(store, "status")
    assert done.returncode == 1
    assert done.stdout.startswith("degraded: ") and "5 of 6" in done.stdout
    assert str(store.drives[3]) in done.stdout and "-> " in done.stdout
    done = magstore(store, "drive", "status", str(store.drives[3]))
    assert done.returncode == 1

    for number in range(40):
        body = random.Random(number).randbytes(300_000)
        assert raw.request("PUT", f"/bucket/{number}", body=body).status == 200
    healing = json.loads(magstore(store, "heal", "status", "--json").stdout)
    assert healing["total"]["missingShards"] > 0
    done = magstore(store, "heal", "status", "--wait", "--timeout", "1")
    assert done.returncode == 1 and "not done" in done.stderr

    os.rename(away, store.drives[3])
    done = magstore(store, "heal", "status", "--wait", "--timeout", "90")
    assert done.returncode == 0, done.stderr
    until(30, lambda: magstore(store, "status").returncode == 0)
    assert store.stop() == 0
    done = magstore(store, "status")
    assert done.returncode == 2
    assert "does not answer (Connection refused)" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_store_with_too_few_drives_is_not_well(start):
    store = start("six")
    store.stop()
    for drive in store.drives[:2]:
        shutil.move(drive, drive.with_suffix(".away"))
    store.start()
    done = magstore(store, "status")
    assert done.returncode == 1
    assert done.stdout.count("the drive is absent") == 2
    metrics = RawClient(store).get("/metrics").body.decode()
    assert 'magstore_drive_member{set="set 1",slot="0"} 0' in metrics
    assert 'magstore_drive_member{set="set 1",slot="5"} 1' in metrics
