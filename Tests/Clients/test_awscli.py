"""The AWS command line: version 1 from PyPI and version 2 from Debian."""

import json
import os
import re
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

# A command takes most of a second to start, so only the first test runs on every combination.
PROGRAMS = {"v1": Path(sys.executable).parent / "aws", "v2": Path("/usr/bin/aws")}

# The exit code for an answer that is an S3 error.
SERVICE_ERROR = {"v1": 255, "v2": 254}


class CommandLine:
    def __init__(self, version: str, store, environment: dict[str, str], folder: Path):
        self.version = version
        # By option, because Debian's version does not know AWS_ENDPOINT_URL.
        # Version 1 by its interpreter: the first line of a script cannot name one in a folder with a space.
        interpreter = [sys.executable] if version == "v1" else []
        self.command = [*interpreter, str(PROGRAMS[version]), "--endpoint-url", store.endpoint]
        self.environment = environment
        self.folder = folder

    def __call__(self, *arguments: object, code: int = 0, stdin=subprocess.DEVNULL, **environment: str) -> str:
        """Runs one command and returns what it printed, with what it complained about when it was to fail."""
        done = subprocess.run(
            [*self.command, *map(str, arguments)], env=self.environment | environment, cwd=self.folder, stdin=stdin,
            capture_output=True, text=True, timeout=110)
        assert done.returncode == code, f"{done.args}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout + (done.stderr if code else "")

    def refused(self, *arguments: object, **options) -> str:
        """Runs a command that the server is to refuse."""
        return self(*arguments, code=SERVICE_ERROR[self.version], **options)


@pytest.fixture(params=PROGRAMS)
def aws(request, store, client_environment, tmp_path):
    if not PROGRAMS[request.param].exists():
        pytest.skip(f"{PROGRAMS[request.param]} is not installed")
    return CommandLine(request.param, store, client_environment, tmp_path)


def test_a_bucket_from_beginning_to_end(aws, bucket, tmp_path, big_file):
    made = f"s3://{bucket}-made"
    aws("s3", "mb", made)
    (tmp_path / "small file.txt").write_bytes(b"small")
    aws("s3", "cp", "small file.txt", f"{made}/dir/small file.txt")
    aws("s3", "cp", big_file, f"{made}/big")
    listing = aws("s3", "ls", made, "--recursive")
    assert "dir/small file.txt" in listing and str(big_file.stat().st_size) in listing
    assert "PRE dir/" in aws("s3", "ls", made)
    aws("s3", "mv", f"{made}/big", f"{made}/moved")
    aws("s3", "cp", f"{made}/moved", "down")
    assert (tmp_path / "down").read_bytes() == big_file.read_bytes()
    assert aws("s3", "cp", f"{made}/dir/small file.txt", "-") == "small"
    aws("s3", "rb", made, "--force")
    assert "NoSuchBucket" in aws.refused("s3", "ls", made)


@pytest.mark.matrix("six-https", "twelve-http")
def test_sync_copies_only_what_changed(aws, bucket, tmp_path):
    source = tmp_path / "tree"
    for number in range(5):
        (source / f"d{number % 2}").mkdir(parents=True, exist_ok=True)
        (source / f"d{number % 2}" / f"file{number}").write_bytes(os.urandom(100 + number))
    assert aws("s3", "sync", source, f"s3://{bucket}/tree").count("upload:") == 5
    assert aws("s3", "sync", source, f"s3://{bucket}/tree") == ""
    (source / "d0" / "file0").write_bytes(b"changed")
    (source / "d1" / "file1").unlink()
    again = aws("s3", "sync", source, f"s3://{bucket}/tree", "--delete")
    assert (again.count("upload:"), again.count("delete:")) == (1, 1)
    aws("s3", "sync", f"s3://{bucket}/tree", "back")
    for path in source.rglob("file*"):
        assert (tmp_path / "back" / path.relative_to(source)).read_bytes() == path.read_bytes()
    assert aws("s3", "sync", f"s3://{bucket}/tree", "back") == ""


@pytest.mark.matrix("one-http", "six-https")
def test_the_api_commands_speak_json(aws, bucket, tmp_path):
    (tmp_path / "body").write_bytes(b"0123456789")
    put = json.loads(
        aws("s3api", "put-object", "--bucket", bucket, "--key", "k", "--body", "body", "--metadata", "a=b"))
    head = json.loads(aws("s3api", "head-object", "--bucket", bucket, "--key", "k"))
    assert (head["ETag"], head["ContentLength"], head["Metadata"]) == (put["ETag"], 10, {"a": "b"})
    aws("s3api", "get-object", "--bucket", bucket, "--key", "k", "--range", "bytes=-4", "tail")
    assert (tmp_path / "tail").read_bytes() == b"6789"
    page = json.loads(aws("s3api", "list-objects-v2", "--bucket", bucket, "--max-items", "1"))
    assert [item["Key"] for item in page["Contents"]] == ["k"]
    assert "NoSuchKey" in aws.refused("s3api", "get-object", "--bucket", bucket, "--key", "absent", "none")
    assert "404" in aws.refused("s3api", "head-object", "--bucket", bucket, "--key", "absent")


@pytest.mark.matrix("six-http", "six-https")
def test_a_stream_of_unknown_length_goes_up(aws, bucket, tmp_path):
    content = os.urandom(9 * 1024 * 1024)
    (tmp_path / "content").write_bytes(content)
    with open(tmp_path / "content", "rb") as stream:
        aws("s3", "cp", "-", f"s3://{bucket}/stream", stdin=stream)
    aws("s3", "cp", f"s3://{bucket}/stream", "back")
    assert (tmp_path / "back").read_bytes() == content


@pytest.mark.matrix("one-http", "six-https")
def test_a_presigned_url_is_served_or_refused_by_its_signature(aws, store, bucket, tmp_path):
    """Version 1 still signs URLs with Signature V2, which is refused in AWS's words."""
    (tmp_path / "body").write_bytes(b"by url")
    aws("s3", "cp", "body", f"s3://{bucket}/by url")
    url = aws("s3", "presign", f"s3://{bucket}/by url").strip()
    context = ssl.create_default_context(cafile=str(store.authority)) if store.is_secure else None
    if "X-Amz-Signature=" in url:
        assert urllib.request.urlopen(url, context=context).read() == b"by url"
    else:
        assert aws.version == "v1"
        with pytest.raises(urllib.error.HTTPError) as error:
            urllib.request.urlopen(url, context=context)
        assert error.value.code == 400
        assert re.search(r"Please use AWS4-HMAC-SHA256\.", error.value.read().decode())


@pytest.mark.matrix("one-http")
def test_wrong_credentials_are_named(aws, bucket):
    assert "SignatureDoesNotMatch" in aws.refused("s3", "ls", f"s3://{bucket}", AWS_SECRET_ACCESS_KEY="wrong" * 8)
    assert "InvalidAccessKeyId" in aws.refused("s3", "ls", f"s3://{bucket}", AWS_ACCESS_KEY_ID="nobody")
