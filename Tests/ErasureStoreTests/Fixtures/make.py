"""Makes format1.tar.gz anew: a drive with an object of every layout and an open upload, by the release program.

Only for a new format: the file that is committed is what every later build must open.
Run by the Python of the client tests: .venv/clients/bin/python Tests/ErasureStoreTests/Fixtures/make.py
"""

import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "Clients"))

import boto3  # noqa: E402
from store import Store  # noqa: E402


def content(size: int) -> bytes:
    """As the test makes it: byte i is (i * 31 + i // 256 + size) mod 256."""
    return bytes((i * 31 + i // 256 + size) % 256 for i in range(size))


with tempfile.TemporaryDirectory() as folder:
    store = Store.create(Path(folder), "one", "http")
    s3 = boto3.client(
        "s3", endpoint_url=store.endpoint, aws_access_key_id=store.access_key,
        aws_secret_access_key=store.secret_key, region_name="us-east-1")
    s3.create_bucket(Bucket="fixture")
    for name, size in {"empty": 0, "tiny": 100, "inline": 20_000, "striped": 300_000}.items():
        s3.put_object(Bucket="fixture", Key=name, Body=content(size), Metadata={"made": name})
    for key, sizes in {"parts": [5 << 20, 777], "open": [1234]}.items():
        upload = s3.create_multipart_upload(Bucket="fixture", Key=key)["UploadId"]
        parts = [
            {"PartNumber": number, "ETag": s3.upload_part(
                Bucket="fixture", Key=key, UploadId=upload, PartNumber=number, Body=content(size))["ETag"]}
            for number, size in enumerate(sizes, 1)
        ]
        if key == "parts":
            s3.complete_multipart_upload(
                Bucket="fixture", Key=key, UploadId=upload, MultipartUpload={"Parts": parts})
    # Started again, so that it has a table as well as a log.
    assert store.stop() == 0
    store.start()
    s3.put_object(Bucket="fixture", Key="late", Body=content(50))
    assert store.stop() == 0
    subprocess.run(
        ["tar", "--sort=name", "--owner=0", "--group=0", "--mtime=2026-01-01", "-czf",
         Path(__file__).with_name("format1.tar.gz"), "-C", folder, "drive1"], check=True)
