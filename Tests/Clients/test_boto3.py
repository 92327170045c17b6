"""boto3: what the newest SDK sends over HTTP and over HTTPS, and the reads and writes that everything stands on."""

import base64
import datetime
import hashlib
import io
import threading
import urllib.request
import zlib

import pytest
from botocore.exceptions import ClientError

from sdk import boto3_client


def code_of(error) -> tuple[int, str]:
    return error.value.response["ResponseMetadata"]["HTTPStatusCode"], error.value.response["Error"]["Code"]


def upload_in_parts(s3, bucket, key, parts, **create):
    """Uploads the parts one by one and completes; the answer of the completion."""
    upload = s3.create_multipart_upload(Bucket=bucket, Key=key, **create)["UploadId"]
    listed = []
    for number, body in enumerate(parts, 1):
        answer = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=body)
        part = {"PartNumber": number, "ETag": answer["ETag"]}
        part |= {name: value for name, value in answer.items() if name in ("ChecksumCRC32", "ChecksumSHA256")}
        listed.append(part)
    return s3.complete_multipart_upload(
        Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": listed})


def test_the_body_is_signed_over_http_and_trails_its_checksum_over_https(store, s3, bucket):
    seen = {}
    s3.meta.events.register("before-send.s3.PutObject", lambda request, **_: seen.update(request.headers.items()))
    body = b"signed or trailed"
    answer = s3.put_object(Bucket=bucket, Key="key", Body=io.BytesIO(body))
    text = {name.lower(): value.decode() if isinstance(value, bytes) else str(value) for name, value in seen.items()}
    if store.is_secure:
        assert text["x-amz-content-sha256"] == "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
        assert text["x-amz-trailer"] == "x-amz-checksum-crc32"
    else:
        assert text["x-amz-content-sha256"] == hashlib.sha256(body).hexdigest()
        assert "x-amz-checksum-crc32" in text
    crc = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    assert answer["ChecksumCRC32"] == crc
    assert answer["ETag"] == f'"{hashlib.md5(body).hexdigest()}"'
    got = s3.get_object(Bucket=bucket, Key="key")
    assert got["Body"].read() == body
    assert got["ChecksumCRC32"] == crc and got["ChecksumType"] == "FULL_OBJECT"


def test_an_upload_of_unknown_length_is_chunked(store, s3, bucket):
    """Over HTTPS botocore sends aws-chunked with Transfer-Encoding: chunked and mostly no Content-Length."""
    body = bytes(range(256)) * 5000
    s3.put_object(Bucket=bucket, Key="stream", Body=io.BytesIO(body))
    got = s3.get_object(Bucket=bucket, Key="stream")
    assert got["Body"].read() == body
    assert "aws-chunked" not in got.get("ContentEncoding", "")


@pytest.mark.parametrize("size", [0, 1, 4096, 16384, 16385, 262_144, 262_145, 1_048_576 + 7])
def test_every_size_comes_back_byte_for_byte(s3, bucket, size):
    body = (b"0123456789abcdef" * (size // 16 + 1))[:size]
    s3.put_object(Bucket=bucket, Key="sized", Body=body)
    got = s3.get_object(Bucket=bucket, Key="sized")
    assert got["ContentLength"] == size
    assert got["Body"].read() == body
    assert s3.head_object(Bucket=bucket, Key="sized")["ContentLength"] == size


def test_metadata_and_content_headers_come_back(s3, bucket):
    given = {
        "CacheControl": "max-age=60",
        "ContentDisposition": 'attachment; filename="a b.txt"',
        "ContentEncoding": "gzip",
        "ContentLanguage": "de",
        "ContentType": "text/x-test; charset=utf-8",
        "Metadata": {"mixed-case": "Value With Spaces", "ic_client": "icechunk"},
    }
    s3.put_object(Bucket=bucket, Key="described", Body=b"x", **given)
    head = s3.head_object(Bucket=bucket, Key="described")
    assert {name: head[name] for name in given} == given


@pytest.mark.parametrize("algorithm", ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"])
def test_every_checksum_algorithm_is_kept(s3, bucket, algorithm):
    answer = s3.put_object(Bucket=bucket, Key="sum", Body=b"summed" * 1000, ChecksumAlgorithm=algorithm)
    name = f"Checksum{algorithm}"
    head = s3.head_object(Bucket=bucket, Key="sum", ChecksumMode="ENABLED")
    assert answer[name] == head[name]
    attributes = s3.get_object_attributes(
        Bucket=bucket, Key="sum", ObjectAttributes=["ETag", "Checksum", "ObjectSize", "StorageClass"])
    assert attributes["Checksum"][name] == answer[name]
    assert attributes["ObjectSize"] == 6000


def test_a_wrong_checksum_stores_nothing(s3, bucket):
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="wrong", Body=b"abc", ChecksumCRC32="AAAAAA==")
    assert code_of(error) == (400, "BadDigest")
    with pytest.raises(ClientError) as error:
        s3.head_object(Bucket=bucket, Key="wrong")
    assert code_of(error)[0] == 404


@pytest.mark.parametrize("asked, range_, content", [
    ("bytes=-3", "bytes 7-9/10", b"789"),
    ("bytes=-100", "bytes 0-9/10", b"0123456789"),
    ("bytes=3-", "bytes 3-9/10", b"3456789"),
    ("bytes=3-3", "bytes 3-3/10", b"3"),
    ("bytes=0-52428799", "bytes 0-9/10", b"0123456789"),
    ("bytes=0-5242879", "bytes 0-9/10", b"0123456789"),
])
def test_ranges_are_clamped_to_the_object(s3, bucket, asked, range_, content):
    s3.put_object(Bucket=bucket, Key="ten", Body=b"0123456789")
    got = s3.get_object(Bucket=bucket, Key="ten", Range=asked)
    assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert got["ContentRange"] == range_
    assert got["ContentLength"] == len(content)
    assert got["Body"].read() == content
    head = s3.head_object(Bucket=bucket, Key="ten", Range=asked)
    assert (head["ContentLength"], head["ContentRange"]) == (len(content), range_)


def test_a_range_past_the_end_is_refused(s3, bucket):
    s3.put_object(Bucket=bucket, Key="ten", Body=b"0123456789")
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="ten", Range="bytes=10-20")
    assert code_of(error) == (416, "InvalidRange")


def test_a_range_holds_to_the_etag_and_carries_no_checksum_of_the_whole(s3, bucket):
    etag = s3.put_object(Bucket=bucket, Key="ten", Body=b"0123456789")["ETag"]
    got = s3.get_object(Bucket=bucket, Key="ten", Range="bytes=2-4", IfMatch=etag, ChecksumMode="ENABLED")
    assert got["Body"].read() == b"234"
    assert "ChecksumCRC32" not in got
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="ten", Range="bytes=2-4", IfMatch='"0123"')
    assert code_of(error) == (412, "PreconditionFailed")


def test_conditional_reads(s3, bucket):
    answer = s3.put_object(Bucket=bucket, Key="key", Body=b"x")
    modified = s3.head_object(Bucket=bucket, Key="key")["LastModified"]
    later = modified + datetime.timedelta(hours=1)
    earlier = modified - datetime.timedelta(hours=1)
    for conditions in ({"IfNoneMatch": answer["ETag"]}, {"IfModifiedSince": later}, {"IfModifiedSince": modified}):
        with pytest.raises(ClientError) as error:
            s3.get_object(Bucket=bucket, Key="key", **conditions)
        assert code_of(error)[0] == 304
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="key", IfUnmodifiedSince=earlier)
    assert code_of(error) == (412, "PreconditionFailed")
    assert s3.get_object(Bucket=bucket, Key="key", IfModifiedSince=earlier, IfMatch=answer["ETag"])["Body"].read() == b"x"


def test_conditional_writes(s3, bucket):
    first = s3.put_object(Bucket=bucket, Key="key", Body=b"1", IfNoneMatch="*")["ETag"]
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="key", Body=b"2", IfNoneMatch="*")
    assert code_of(error) == (412, "PreconditionFailed")
    second = s3.put_object(Bucket=bucket, Key="key", Body=b"2", IfMatch=first)["ETag"]
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="key", Body=b"3", IfMatch=first)
    assert code_of(error) == (412, "PreconditionFailed")
    with pytest.raises(ClientError) as error:
        s3.put_object(Bucket=bucket, Key="absent", Body=b"3", IfMatch=second)
    assert code_of(error) == (404, "NoSuchKey")
    with pytest.raises(ClientError) as error:
        s3.delete_object(Bucket=bucket, Key="key", IfMatch=first)
    assert code_of(error) == (412, "PreconditionFailed")
    s3.delete_object(Bucket=bucket, Key="key", IfMatch=second)


def test_of_many_creators_one_wins(store, bucket):
    outcomes = []

    def create(number):
        try:
            boto3_client(store).put_object(Bucket=bucket, Key="lock", Body=b"%d" % number, IfNoneMatch="*")
            outcomes.append(number)
        except ClientError as error:
            assert error.response["Error"]["Code"] in ("PreconditionFailed", "ConditionalRequestConflict")

    threads = [threading.Thread(target=create, args=[number]) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 1
    assert boto3_client(store).get_object(Bucket=bucket, Key="lock")["Body"].read() == b"%d" % outcomes[0]


def test_parts_are_read_by_number(s3, bucket):
    """Java's TransferManager asks for parts by number and hangs on a wrong x-amz-mp-parts-count."""
    parts = [b"a" * 5_242_880, b"b" * 5_242_881, b"tail"]
    completed = upload_in_parts(s3, bucket, "parts", parts, ContentType="text/plain")
    assert completed["ETag"].endswith('-3"')
    start, total = 0, sum(map(len, parts))
    for number, part in enumerate(parts, 1):
        head = s3.head_object(Bucket=bucket, Key="parts", PartNumber=number)
        assert head["PartsCount"] == 3
        assert head["ContentLength"] == len(part)
        got = s3.get_object(Bucket=bucket, Key="parts", PartNumber=number)
        assert got["ResponseMetadata"]["HTTPStatusCode"] == 206
        assert got["ContentRange"] == f"bytes {start}-{start + len(part) - 1}/{total}"
        assert got["Body"].read() == part
        start += len(part)
    assert s3.get_object(Bucket=bucket, Key="parts")["Body"].read() == b"".join(parts)
    across = s3.get_object(Bucket=bucket, Key="parts", Range="bytes=5242870-5242889")["Body"].read()
    assert across == b"a" * 10 + b"b" * 10
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="parts", PartNumber=4)
    assert code_of(error)[0] == 416


def test_an_upload_is_listed_part_by_part_and_can_be_given_up(s3, bucket):
    upload = s3.create_multipart_upload(Bucket=bucket, Key="dir/given up")["UploadId"]
    for number in (1, 2, 7):
        s3.upload_part(Bucket=bucket, Key="dir/given up", UploadId=upload, PartNumber=number, Body=b"%d" % number)
    page = s3.list_parts(Bucket=bucket, Key="dir/given up", UploadId=upload, MaxParts=2)
    assert [part["PartNumber"] for part in page["Parts"]] == [1, 2]
    assert page["IsTruncated"] and page["NextPartNumberMarker"] == 2
    page = s3.list_parts(Bucket=bucket, Key="dir/given up", UploadId=upload, PartNumberMarker=2)
    assert [(part["PartNumber"], part["Size"]) for part in page["Parts"]] == [(7, 1)]
    uploads = s3.list_multipart_uploads(Bucket=bucket, Prefix="dir/")["Uploads"]
    assert [(item["Key"], item["UploadId"]) for item in uploads] == [("dir/given up", upload)]
    s3.abort_multipart_upload(Bucket=bucket, Key="dir/given up", UploadId=upload)
    with pytest.raises(ClientError) as error:
        s3.list_parts(Bucket=bucket, Key="dir/given up", UploadId=upload)
    assert code_of(error) == (404, "NoSuchUpload")
    assert "Uploads" not in s3.list_multipart_uploads(Bucket=bucket)


def test_a_part_is_copied_from_a_range(s3, bucket):
    source = bytes(range(256)) * 24_000
    s3.put_object(Bucket=bucket, Key="source", Body=source)
    upload = s3.create_multipart_upload(Bucket=bucket, Key="copied")["UploadId"]
    ranges = ["bytes=0-5242879", "bytes=5242880-6143999"]
    parts = []
    for number, asked in enumerate(ranges, 1):
        answer = s3.upload_part_copy(
            Bucket=bucket, Key="copied", UploadId=upload, PartNumber=number, CopySourceRange=asked,
            CopySource={"Bucket": bucket, "Key": "source"})
        parts.append({"PartNumber": number, "ETag": answer["CopyPartResult"]["ETag"]})
    s3.complete_multipart_upload(Bucket=bucket, Key="copied", UploadId=upload, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket=bucket, Key="copied")["Body"].read() == source


def test_copies_keep_or_replace_their_metadata(s3, bucket):
    s3.put_object(Bucket=bucket, Key="a key+with ünïcode", Body=b"copy me", Metadata={"kept": "yes"}, ContentType="a/b")
    source = {"Bucket": bucket, "Key": "a key+with ünïcode"}
    answer = s3.copy_object(Bucket=bucket, Key="kept", CopySource=source)
    assert answer["CopyObjectResult"]["ETag"] == f'"{hashlib.md5(b"copy me").hexdigest()}"'
    head = s3.head_object(Bucket=bucket, Key="kept")
    assert (head["Metadata"], head["ContentType"]) == ({"kept": "yes"}, "a/b")
    s3.copy_object(Bucket=bucket, Key="replaced", CopySource=source, MetadataDirective="REPLACE", Metadata={"new": "1"})
    assert s3.head_object(Bucket=bucket, Key="replaced")["Metadata"] == {"new": "1"}
    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=bucket, Key="kept", CopySource={"Bucket": bucket, "Key": "kept"})
    assert code_of(error) == (400, "InvalidRequest")
    with pytest.raises(ClientError) as error:
        s3.copy_object(Bucket=bucket, Key="x", CopySource={"Bucket": bucket, "Key": "absent"})
    assert code_of(error) == (404, "NoSuchKey")


@pytest.mark.parametrize("key", [
    "a/b", "a/b/c", "a/", "a//b", "/leading", "..", "a/../b", " ", "plus+and space", "%2F percent", "ünïcode é e\u0301",
    "日本語/キー", "back\\slash", "quote\"'<>&", "k" * 1024, "\u20ac" * 341,
])
def test_keys_are_kept_verbatim(s3, bucket, key):
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == key.encode()
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert [item["Key"] for item in s3.list_objects(Bucket=bucket)["Contents"]] == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_composed_and_decomposed_letters_are_two_keys(s3, bucket):
    for key in ("\u00e9", "e\u0301"):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["e\u0301", "\u00e9"]


def test_listings_page_through_keys_and_common_prefixes(s3, bucket):
    keys = sorted([f"dir{number:02}/{name}" for number in range(12) for name in "ab"] + ["top1", "top2"])
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 5})
    assert [item["Key"] for page in pages for item in page["Contents"]] == keys
    pages = list(s3.get_paginator("list_objects_v2").paginate(
        Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 5}))
    assert [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", [])] == [
        f"dir{number:02}/" for number in range(12)]
    assert [item["Key"] for page in pages for item in page.get("Contents", [])] == ["top1", "top2"]
    assert [page["KeyCount"] for page in pages] == [5, 5, 4]
    pages = s3.get_paginator("list_objects").paginate(
        Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 5})
    assert sum(len(page.get("CommonPrefixes", [])) + len(page.get("Contents", [])) for page in pages) == 14
    after = s3.list_objects_v2(Bucket=bucket, StartAfter="dir11/a", FetchOwner=True)
    assert [item["Key"] for item in after["Contents"]] == ["dir11/b", "top1", "top2"]
    assert all(item["Owner"]["ID"] for item in after["Contents"])
    assert all(item["StorageClass"] == "STANDARD" for item in after["Contents"])


def test_deletes_in_bulk_answer_for_each_key(s3, bucket):
    for key in ("a", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"")
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": key} for key in ("a", "b", "absent")]})
    assert sorted(item["Key"] for item in answer["Deleted"]) == ["a", "absent", "b"]
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_buckets_are_made_found_and_removed(store, s3, bucket):
    assert bucket in [item["Name"] for item in s3.list_buckets()["Buckets"]]
    s3.head_bucket(Bucket=bucket)
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] in (None, store.region)
    s3.put_object(Bucket=bucket, Key="full", Body=b"")
    with pytest.raises(ClientError) as error:
        s3.delete_bucket(Bucket=bucket)
    assert code_of(error) == (409, "BucketNotEmpty")
    with pytest.raises(ClientError) as error:
        s3.head_bucket(Bucket=bucket + "-absent")
    assert code_of(error)[0] == 404
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket + "-absent", Key="x")
    assert code_of(error) == (404, "NoSuchBucket")


def test_presigned_urls_read_write_and_override_headers(store, s3, bucket):
    import ssl

    context = ssl.create_default_context(cafile=str(store.authority)) if store.is_secure else None
    client = boto3_client(store, signature_version="s3v4")
    put = client.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "signed"}, ExpiresIn=60)
    request = urllib.request.Request(put, data=b"by url", method="PUT")
    assert urllib.request.urlopen(request, context=context).status == 200
    get = client.generate_presigned_url("get_object", {
        "Bucket": bucket, "Key": "signed", "ResponseContentType": "text/x-override",
        "ResponseContentDisposition": 'attachment; filename="x y.txt"', "ResponseCacheControl": "no-store",
    })
    with urllib.request.urlopen(get, context=context) as answer:
        assert answer.read() == b"by url"
        assert answer.headers["Content-Type"] == "text/x-override"
        assert answer.headers["Content-Disposition"] == 'attachment; filename="x y.txt"'
        assert answer.headers["Cache-Control"] == "no-store"


def test_a_thousand_small_objects_go_one_after_the_other(s3, bucket):
    """A database backup does this; here a fifth of it."""
    for number in range(200):
        s3.put_object(Bucket=bucket, Key=f"wal/{number:05}", Body=b"%05d" % number)
    for number in range(200):
        assert s3.get_object(Bucket=bucket, Key=f"wal/{number:05}")["Body"].read() == b"%05d" % number


def test_every_answer_names_its_request(s3, bucket):
    answers = [s3.put_object(Bucket=bucket, Key="x", Body=b"")["ResponseMetadata"] for _ in range(2)]
    assert len({answer["HTTPHeaders"]["x-amz-request-id"] for answer in answers}) == 2
    with pytest.raises(ClientError) as error:
        s3.get_object(Bucket=bucket, Key="absent")
    assert error.value.response["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"]
