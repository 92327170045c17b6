"""Drives that are replaced while it runs and while it is stopped, and drives that must be refused."""

import json
import shutil

import pytest

from raw import RawClient, metric
from store import StoreDidNotStart
from workload import examine, wait_until, wait_until_whole

BODIES = {f"key{number:03}": bytes([number % 251]) * size
          for number, size in enumerate([0, 1, 5_000, 40_000, 300_000, 1_500_000] * 20)}


@pytest.fixture
def six(start):
    store = start("six")
    raw = RawClient(store)
    assert raw.request("PUT", "/replaced").status == 200
    for key, body in BODIES.items():
        assert raw.request("PUT", f"/replaced/{key}", body=body).status == 200
    return store


def check(store) -> None:
    raw = RawClient(store)
    for key, body in BODIES.items():
        answer = raw.request("GET", f"/replaced/{key}")
        assert answer.status == 200 and answer.body == body, key


def empty(drive) -> None:
    for entry in drive.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def identity(drive) -> dict:
    return json.loads((drive / "magstore.json").read_text())


def assert_clean(store) -> None:
    store.stop()
    examine(store)


def test_a_drive_wiped_while_it_serves_is_rebuilt(six):
    old = identity(six.drives[2])
    empty(six.drives[2])
    wait_until("the wiped drive is replaced", lambda: "drive is replaced" in six.log_tail(), 30)
    wait_until_whole(six)
    new = identity(six.drives[2])
    assert new["slot"] == old["slot"] and new["drive"] != old["drive"] and new["state"] == "formed"
    check(six)
    assert_clean(six)


def test_two_drives_replaced_while_it_is_stopped_and_the_old_ones_refused(six):
    six.stop()
    for drive in six.drives[1:3]:
        drive.rename(drive.with_suffix(".old"))
        drive.mkdir()
    six.start()
    wait_until_whole(six)
    check(six)
    assert_clean(six)
    # An old drive in place of the new one counts as not there.
    back = six.drives[1]
    back.rename(back.with_suffix(".new"))
    back.with_suffix(".old").rename(back)
    before = (back / "magstore.json").read_bytes()
    six.start()
    assert "replaced drive is not used" in six.log_tail()
    check(six)
    assert metric(RawClient(six), "magstore_set_drives_out") == 1
    assert (back / "magstore.json").read_bytes() == before
    six.stop()
    shutil.rmtree(back)
    back.with_suffix(".new").rename(back)
    six.start()
    wait_until_whole(six)
    assert_clean(six)


def test_the_drive_of_another_store_is_refused(six, start, tmp_path):
    other = start("one")
    other.stop()
    foreign = other.drives[0]
    six.stop()
    drive = six.drives[4]
    drive.rename(drive.with_suffix(".away"))
    shutil.copytree(foreign, drive)
    before = (drive / "magstore.json").read_bytes()
    with pytest.raises(StoreDidNotStart) as error:
        six.start()
    assert "belongs to another deployment" in str(error.value)
    assert (drive / "magstore.json").read_bytes() == before
    shutil.rmtree(drive)
    drive.with_suffix(".away").rename(drive)
    six.start()
    check(six)


def test_identity_files_that_are_lost_or_garbled_come_back(six):
    six.stop()
    before = [(drive / "magstore.json").read_bytes() for drive in six.drives]
    (six.drives[0] / "magstore.json").unlink()
    (six.drives[3] / "magstore.json").write_bytes(b"\x00" * 300)
    six.start()
    (six.drives[5] / "magstore.json").unlink()
    wait_until("it is restored while it serves", lambda: (six.drives[5] / "magstore.json").exists(), 30)
    wait_until_whole(six)
    assert [(drive / "magstore.json").read_bytes() for drive in six.drives] == before
    check(six)
    assert_clean(six)
