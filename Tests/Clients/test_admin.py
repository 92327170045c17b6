"""The admin API, signed by another hand than the server's, and the commands that ask it, as a person and as a program."""

import datetime
import json
import subprocess

import pytest

from raw import Signer, metric
from store import binary

ADMIN = "/magstore/admin/v1/"
READS = ["status", "drives", "heal", "scrub"]
OTHERS = {"damaged-objects": "GET", "scrub/start": "POST", "scrub/stop": "POST", "examination": "POST"}


def magstore(store, *arguments, **environment) -> subprocess.CompletedProcess:
    keys = {"MAGSTORE_ENDPOINT": store.endpoint, "MAGSTORE_ACCESS_KEY": store.access_key,
            "MAGSTORE_SECRET_KEY": store.secret_key}
    if store.is_secure:
        keys["MAGSTORE_TLS_CA"] = str(store.authority)
    return subprocess.run(
        [binary(), *arguments], env={"PATH": "/usr/bin", "HOME": "/nonexistent"} | keys | environment,
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize("path", READS)
def test_reads(raw, path):
    answer = raw.request("GET", ADMIN + path)
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"] == "application/json"
    assert isinstance(json.loads(answer.body), dict)


def test_status_knows_every_drive(store, raw):
    status = json.loads(raw.request("GET", ADMIN + "status").body)
    assert (status["health"], status["problems"]) == ("healthy", [])
    drives = [drive for part in status["sets"] for drive in part["drives"]]
    assert sorted(drive["path"] for drive in drives) == sorted(map(str, store.drives))
    assert all(drive["state"] == "member" for drive in drives)
    assert json.loads(raw.request("GET", ADMIN + "drives").body)["drives"] == drives


@pytest.mark.parametrize("path", [*READS, *OTHERS, "nothing"])
def test_nobody_is_let_in(store, raw, path):
    method = OTHERS.get(path, "GET")
    now = datetime.datetime.now(datetime.timezone.utc)
    minutes = datetime.timedelta(minutes=16)
    strangers = {
        "AccessDenied": dict(sign=False),
        "InvalidAccessKeyId": dict(signer=Signer(store, access_key="somebody")),
        "SignatureDoesNotMatch": dict(signer=Signer(store, secret_key="guessed")),
        "RequestTimeTooSkewed": dict(signer=Signer(store, now=now - minutes)),
    }
    for code, options in strangers.items():
        answer = raw.request(method, ADMIN + path, **options)
        assert answer.status == 403, (code, answer)
        error = json.loads(answer.body)
        assert error["code"] == code
        assert error["requestID"] == answer.headers["x-amz-request-id"]
    answer = raw.request(method, ADMIN + path, payload_hash="UNSIGNED-PAYLOAD")
    assert answer.status in (403, 404)
    answer = raw.get(raw.presigned(method, ADMIN + path), method)
    assert (answer.status, json.loads(answer.body)["code"]) == (403, "AccessDenied")


def test_what_is_not_there(raw):
    assert raw.request("GET", ADMIN + "nothing").status == 404
    answer = raw.request("DELETE", ADMIN + "status")
    assert (answer.status, answer.headers["Allow"]) == (405, "GET")
    answer = raw.request("POST", ADMIN + "scrub/stop", body=b"x", payload_hash="0" * 64)
    assert (answer.status, json.loads(answer.body)["code"]) == (400, "XAmzContentSHA256Mismatch")
    assert raw.request("POST", ADMIN + "scrub/stop", body=b"x" * 70_000).status == 413


@pytest.mark.matrix("one-http")
def test_a_bucket_named_magstore_is_like_any_other(raw):
    assert raw.request("PUT", "/magstore").status == 200
    assert raw.request("PUT", "/magstore/admin", body=b"an object").status == 200
    assert raw.request("PUT", "/magstore/admin/v1", body=b"another").status == 200
    assert raw.request("GET", "/magstore/admin").body == b"an object"
    for key in ("admin", "admin/v1"):
        assert raw.request("DELETE", f"/magstore/{key}").status == 204
    assert raw.request("DELETE", "/magstore").status == 204


def test_status_for_people_and_programs(store):
    done = magstore(store, "status")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("healthy: ") and done.stderr == ""
    assert f"{len(store.drives)} of {len(store.drives)}" in done.stdout or len(store.drives) == 12
    done = magstore(store, "status", "--json")
    assert json.loads(done.stdout)["health"] == "healthy"


def test_drives_for_people_and_programs(store):
    done = magstore(store, "drive", "list")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 1 + len(store.drives)
    done = magstore(store, "drive", "list", "--json")
    assert len(json.loads(done.stdout)["drives"]) == len(store.drives)
    done = magstore(store, "drive", "status", str(store.drives[0]), "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["path"] == str(store.drives[0])


def test_heal_for_people_and_programs(store):
    done = magstore(store, "heal", "status", "--wait")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("nothing is missing")
    assert json.loads(magstore(store, "heal", "status", "--json").stdout)["total"]["missingShards"] == 0


def test_a_wrong_key_is_one_line(store):
    done = magstore(store, "status", MAGSTORE_SECRET_KEY="guessed")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1 and "SignatureDoesNotMatch" in done.stderr


@pytest.mark.matrix("six-https")
def test_a_certificate_that_is_not_trusted(store):
    done = magstore(store, "status", MAGSTORE_TLS_CA="")
    assert done.returncode == 2
    assert "--tls-ca" in done.stderr


@pytest.mark.matrix("six-http")
def test_a_terminal_gets_no_other_result(store):
    """`script` gives the command a terminal: progress goes to standard error, and the result is the same."""
    environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "MAGSTORE_ENDPOINT": store.endpoint,
                   "MAGSTORE_ACCESS_KEY": store.access_key, "MAGSTORE_SECRET_KEY": store.secret_key}
    done = subprocess.run(
        ["script", "-qec", f"{binary()} heal status --wait", "/dev/null"], env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert done.stdout.startswith("nothing is missing")


def test_metrics_of_drives(store, raw):
    assert metric(raw, "magstore_drive_member") == len(store.drives)
    assert metric(raw, "magstore_heal_rebuildable_shards") == 0
    assert metric(raw, "magstore_damaged_objects") == 0
