"""What clients that are not here send, byte by byte: Java, Go and Rust SDKs, Hadoop, restic, s3cmd, mc, proxies."""

import datetime
import hashlib
import re
import threading
import xml.etree.ElementTree as ElementTree

import pytest

from raw import UNSIGNED, RawClient, Signer, read_response

V2_WORDS = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."


@pytest.fixture
def key(raw, bucket):
    """An object of ten bytes."""
    assert raw.request("PUT", f"/{bucket}/ten", body=b"0123456789").status == 200
    return f"/{bucket}/ten"


# Signatures


def test_an_unsigned_payload_is_accepted_on_every_transport(raw, bucket):
    """The AWS CRT, object_store and rclone send it over plain HTTP."""
    assert raw.request("PUT", f"/{bucket}/unsigned", body=b"x" * 1000, payload_hash=UNSIGNED).status == 200
    assert raw.request("GET", f"/{bucket}/unsigned", payload_hash=UNSIGNED).body == b"x" * 1000


def stream(raw, path, chunks, signer=None, trailer=(), extra=(), damage=lambda body: body):
    """STREAMING-AWS4-HMAC-SHA256-PAYLOAD, with or without a signed trailer, as Java v1 and minio-go send it."""
    signer = signer or Signer(raw.store)
    length = sum(map(len, chunks))
    kind = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" + ("-TRAILER" if trailer else "")
    headers = [("x-amz-decoded-content-length", str(length)), ("content-encoding", "aws-chunked"), *extra]
    if trailer:
        headers.append(("x-amz-trailer", ",".join(name for name, _ in trailer)))
    # The chunks hang on the head's signature, so their size is counted with any signature of the same length.
    sizes = [len(f"{len(chunk):x};chunk-signature={'0' * 64}\r\n\r\n") + len(chunk) for chunk in chunks]
    encoded = sum(sizes) + len(f"0;chunk-signature={'0' * 64}\r\n")
    encoded += len(signer.trailer(list(trailer))) if trailer else len("\r\n")
    headers.append(("content-length", str(encoded)))
    head = raw.signed_head("PUT", path, headers=headers, payload_hash=kind, signer=signer)
    body = b"".join(signer.chunk(chunk) for chunk in chunks)
    last = signer.chunk(b"")
    body += last.removesuffix(b"\r\n") + signer.trailer(list(trailer)) if trailer else last
    return raw.exchange(head + damage(body), "PUT")


@pytest.mark.parametrize("chunks", [
    [], [b"one chunk"], [b"a" * 131_072, b"b" * 131_072, b"c" * 17], [b"x" * 65_536] * 40,
])
def test_signed_chunks_are_put_together(raw, bucket, chunks):
    answer = stream(raw, f"/{bucket}/chunks", chunks)
    assert answer.status == 200, answer
    got = raw.request("GET", f"/{bucket}/chunks")
    assert got.body == b"".join(chunks)
    assert "aws-chunked" not in got.headers.get("Content-Encoding", "")
    assert got.headers["ETag"] == f'"{hashlib.md5(b"".join(chunks)).hexdigest()}"'


def test_the_encoding_under_aws_chunked_is_kept(raw, bucket):
    headers = [("x-amz-decoded-content-length", "1"), ("content-encoding", "aws-chunked,gzip")]
    body = b"1\r\nx\r\n0\r\n\r\n"
    answer = raw.request("PUT", f"/{bucket}/gz", headers=headers, body=body,
                         payload_hash="STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    assert answer.status == 200, answer
    assert raw.request("HEAD", f"/{bucket}/gz").headers["Content-Encoding"] == "gzip"


def test_a_signed_trailer_carries_the_checksum(raw, bucket):
    import base64

    body = b"trailed" * 10_000
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    trailer = [("x-amz-checksum-sha256", digest)]
    answer = stream(raw, f"/{bucket}/trailed", [body[:65_536], body[65_536:]], trailer=trailer)
    assert answer.status == 200, answer
    head = raw.request("HEAD", f"/{bucket}/trailed", headers=[("x-amz-checksum-mode", "ENABLED")])
    assert head.headers["x-amz-checksum-sha256"] == digest


@pytest.mark.parametrize("damage", [
    pytest.param(lambda body: body.replace(b"a" * 10, b"b" * 10, 1), id="a byte of the data"),
    pytest.param(lambda body: body.replace(b"chunk-signature=", b"chunk-signature=0", 1)[:len(body)], id="a signature"),
])
def test_a_tampered_chunk_stores_nothing(raw, bucket, damage):
    answer = stream(raw, f"/{bucket}/tampered", [b"a" * 70_000, b"tail"], damage=damage)
    assert answer.status in (400, 403), answer
    assert answer.code in ("SignatureDoesNotMatch", "InvalidRequest", "IncompleteBody", "InvalidChunkSizeError")
    assert raw.request("HEAD", f"/{bucket}/tampered").status == 404


def test_a_trailing_checksum_that_is_wrong_stores_nothing(raw, bucket):
    body = b"4\r\ndata\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    headers = [("x-amz-decoded-content-length", "4"), ("x-amz-trailer", "x-amz-checksum-crc32"),
               ("content-encoding", "aws-chunked")]
    answer = raw.request("PUT", f"/{bucket}/wrong", headers=headers, body=body,
                         payload_hash="STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    assert (answer.status, answer.code) == (400, "BadDigest")
    assert raw.request("HEAD", f"/{bucket}/wrong").status == 404


@pytest.mark.parametrize("name, value", [
    ("x-amz-checksum-crc32", "rfPzYw=="), ("x-amz-checksum-crc64nvme", "7a5hQ478J4A="),
])
def test_a_body_of_unknown_length_trails_its_checksum(raw, bucket, name, value):
    """boto3 over HTTPS and the C++ SDK: aws-chunked inside of chunked, without a Content-Length."""
    inner = f"4\r\ndata\r\n0\r\n{name}:{value}\r\n\r\n".encode()
    headers = [("x-amz-decoded-content-length", "4"), ("x-amz-trailer", name), ("content-encoding", "aws-chunked"),
               ("transfer-encoding", "chunked")]
    for cut in (len(inner), 1, 7):
        body = b"".join(b"%x\r\n%b\r\n" % (len(inner[i:i + cut]), inner[i:i + cut]) for i in range(0, len(inner), cut))
        answer = raw.request("PUT", f"/{bucket}/trailing", headers=headers, body=body + b"0\r\n\r\n",
                             payload_hash="STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        assert answer.status == 200, answer
        got = raw.request("GET", f"/{bucket}/trailing", headers=[("x-amz-checksum-mode", "ENABLED")])
        assert (got.body, got.headers[name]) == (b"data", value)


def test_signature_version_2_is_refused_in_the_words_of_aws(raw, store, key):
    expires = int(datetime.datetime.now().timestamp()) + 600
    url = f"{key}?AWSAccessKeyId={store.access_key}&Expires={expires}&Signature=AAAAAAAAAAAAAAAAAAAAAAAAAAA%3D"
    for answer in (raw.get(url), raw.get(key, headers=[("Authorization", f"AWS {store.access_key}:AAAA=")])):
        assert (answer.status, answer.code, answer.message) == (400, "InvalidRequest", V2_WORDS)


def test_any_region_is_accepted(raw, store, key):
    for region in ("eu-central-1", "garage", "auto"):
        assert raw.request("GET", key, signer=Signer(store, region=region)).status == 200


def test_header_names_keep_their_underscores(raw, bucket):
    headers = [("x-amz-meta-ic_client", "icechunk"), ("x-amz-meta-a.b_c", "odd")]
    assert raw.request("PUT", f"/{bucket}/under_score", headers=headers, body=b"x").status == 200
    head = raw.request("HEAD", f"/{bucket}/under_score")
    assert head.headers["x-amz-meta-ic_client"] == "icechunk"
    assert head.headers["x-amz-meta-a.b_c"] == "odd"


def test_spaces_in_header_values_are_folded_in_the_signature(raw, bucket):
    headers = [("x-amz-meta-spaced", "  a   b  ")]
    assert raw.request("PUT", f"/{bucket}/spaced", headers=headers, body=b"x").status == 200


def test_the_operation_named_in_the_query_changes_nothing(raw, key):
    for operation, method in (("GetObject", "GET"), ("HeadObject", "HEAD"), ("PutObject", "PUT")):
        answer = raw.request(method, key, query=[("x-id", operation)], body=b"0123456789" if method == "PUT" else b"")
        assert answer.status == 200, answer


def test_a_bucket_is_found_with_a_trailing_slash(raw, bucket):
    for path in (f"/{bucket}", f"/{bucket}/"):
        assert raw.request("HEAD", path).status == 200
        assert raw.request("GET", path, query=[("list-type", "2")]).status == 200
    name = bucket + "-slash"
    assert raw.request("PUT", f"/{name}/").status == 200
    assert raw.request("DELETE", f"/{name}/").status == 204


def test_a_host_name_may_name_the_bucket(raw, store, bucket):
    """Virtual-host style, under the domain that the store was told."""
    host = [("Host", f"{bucket}.localhost:{store.port}")]
    assert raw.request("PUT", "/a/key", headers=host, body=b"virtual").status == 200
    assert raw.request("GET", f"/{bucket}/a/key").body == b"virtual"
    listing = raw.request("GET", "/", query=[("list-type", "2")], headers=host)
    assert listing.xml.findtext("Contents/Key") == "a/key"


def test_a_presigned_url_covers_its_headers_and_expires(raw, store, bucket):
    url = raw.presigned("PUT", f"/{bucket}/url", headers=[("x-amz-meta-signed", "1")])
    assert raw.get(url, "PUT", headers=[("x-amz-meta-signed", "1")], body=b"x").status == 200
    assert raw.get(url, "PUT", headers=[("x-amz-meta-signed", "2")], body=b"x").code == "SignatureDoesNotMatch"
    past = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=2)
    late = raw.get(raw.presigned("GET", f"/{bucket}/url", expires=3600, signer=Signer(store, past)))
    assert (late.status, late.code, late.message) == (403, "AccessDenied", "Request has expired")
    long_ = raw.get(raw.presigned("GET", f"/{bucket}/url", expires=604_801))
    assert (long_.status, long_.code) == (400, "AuthorizationQueryParametersError")
    assert raw.get(raw.presigned("GET", f"/{bucket}/url", expires=604_800)).status == 200


# Expect: 100-continue


def test_a_body_is_asked_for_only_after_the_signature_held(raw, store, bucket):
    body = b"expected" * 10_000
    digest = hashlib.sha256(body).hexdigest()
    headers = [("content-length", str(len(body))), ("expect", "100-continue")]
    with raw.connect() as connection:
        connection.sendall(raw.signed_head("PUT", f"/{bucket}/expected", headers=headers, payload_hash=digest))
        assert connection.recv(4096).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert read_response(connection).status == 200
    for signer, path, status in (
        (Signer(store, secret_key="wrong"), f"/{bucket}/refused", 403),
        (None, f"/{bucket}-absent/refused", 404),
    ):
        head = raw.signed_head("PUT", path, headers=headers, payload_hash=digest, signer=signer)
        answer = raw.exchange(head, "PUT")
        assert (answer.status, answer.interim) == (status, [])


def test_a_client_that_does_not_wait_for_100_is_served(raw, bucket):
    answer = raw.request("PUT", f"/{bucket}/eager", headers=[("expect", "100-continue")], body=b"at once")
    assert answer.status == 200


# Reads


@pytest.mark.parametrize("asked, content_range, content", [
    ("bytes=-8", "bytes 2-9/10", b"23456789"),
    ("bytes=0-52428799", "bytes 0-9/10", b"0123456789"),
    ("bytes=9-", "bytes 9-9/10", b"9"),
])
def test_ranges(raw, key, asked, content_range, content):
    answer = raw.request("GET", key, headers=[("range", asked)])
    assert (answer.status, answer.headers["Content-Range"], answer.body) == (206, content_range, content)


@pytest.mark.parametrize("asked", ["bytes=abc", "items=0-1", "bytes=5-2", "bytes=0-1,4-5", "bytes="])
def test_a_range_that_is_none_is_ignored(raw, key, asked):
    answer = raw.request("GET", key, headers=[("range", asked)])
    assert (answer.status, answer.body) == (200, b"0123456789")


def test_a_range_of_nothing_is_refused(raw, bucket, key):
    assert raw.request("GET", key, headers=[("range", "bytes=-0")]).status == 416
    assert raw.request("PUT", f"/{bucket}/empty").status == 200
    answer = raw.request("GET", f"/{bucket}/empty", headers=[("range", "bytes=0-0")])
    assert (answer.status, answer.code) == (416, "InvalidRange")


def test_times_have_whole_seconds_in_headers_and_milliseconds_in_documents(raw, bucket, key):
    header = raw.request("HEAD", key).headers["Last-Modified"]
    text = raw.request("GET", f"/{bucket}").xml.findtext("Contents/LastModified")
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", header)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    listed = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    assert listed.replace(microsecond=0) == datetime.datetime.strptime(header, "%a, %d %b %Y %H:%M:%S GMT")


def test_a_connection_is_kept_for_many_requests(raw, key):
    request = raw.signed_head("GET", key)
    with raw.connect() as connection:
        for _ in range(3):
            connection.sendall(request)
            assert read_response(connection).body == b"0123456789"


def test_pipelined_requests_are_answered_in_order(raw, bucket):
    for number in range(3):
        raw.request("PUT", f"/{bucket}/{number}", body=b"%d" % number)
    requests = b"".join(raw.signed_head("GET", f"/{bucket}/{number}") for number in range(3))
    with raw.connect() as connection:
        connection.sendall(requests)
        data = b""
        while data.count(b"HTTP/1.1 200") < 3 or not data.endswith(b"2"):
            received = connection.recv(65_536)
            assert received, data
            data += received
    assert [answer[-1:] for answer in data.split(b"HTTP/1.1 200")[1:]] == [b"0", b"1", b"2"]


def test_http_1_0_upstreams_are_served(raw, key):
    head = raw.signed_head("GET", key).replace(b" HTTP/1.1\r\n", b" HTTP/1.0\r\n")
    with raw.connect() as connection:
        connection.sendall(head)
        answer = read_response(connection)
        assert (answer.status, answer.body) == (200, b"0123456789")
        assert connection.recv(1) == b""


# Writes


def test_the_answer_to_a_completion_is_named_exactly(raw, bucket):
    """The C++ SDK takes any other root element for an error inside a 200."""
    path = f"/{bucket}/parts"
    upload = raw.request("POST", path, query=[("uploads", "")]).xml
    assert upload.tag == "InitiateMultipartUploadResult"
    identifier = upload.findtext("UploadId")
    part = raw.request("PUT", path, query=[("partNumber", "1"), ("uploadId", identifier)], body=b"only")
    document = (f"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{part.headers['ETag']}</ETag>"
                "</Part></CompleteMultipartUpload>").encode()
    answer = raw.request("POST", path, query=[("uploadId", identifier)], body=document)
    assert answer.status == 200
    assert answer.body.lstrip().startswith(b"<?xml")
    assert ElementTree.fromstring(answer.body).tag.endswith("}CompleteMultipartUploadResult")
    assert {child.tag for child in answer.xml} >= {"Location", "Bucket", "Key", "ETag"}


@pytest.mark.parametrize("leading", ["", "/"])
@pytest.mark.parametrize("suffix", ["", "?versionId=null"])
def test_a_copy_source_comes_in_many_spellings(raw, bucket, leading, suffix):
    assert raw.request("PUT", f"/{bucket}/a b+c/é", body=b"source").status == 200
    source = f"{leading}{bucket}/a%20b%2Bc/%C3%A9{suffix}"
    answer = raw.request("PUT", f"/{bucket}/copy", headers=[("x-amz-copy-source", source)])
    assert answer.status == 200, answer
    assert answer.xml.tag == "CopyObjectResult"
    assert raw.request("GET", f"/{bucket}/copy").body == b"source"


def test_copying_what_only_looks_like_a_folder_is_no_such_key(raw, bucket):
    raw.request("PUT", f"/{bucket}/folder/file", body=b"x")
    answer = raw.request("PUT", f"/{bucket}/copy", headers=[("x-amz-copy-source", f"{bucket}/folder")])
    assert (answer.status, answer.code) == (404, "NoSuchKey")


def test_hadoop_makes_probes_and_removes_folders(raw, bucket):
    import base64

    headers = [("content-type", "application/x-directory")]
    assert raw.request("PUT", f"/{bucket}/dir/", headers=headers, body=b"").status == 200
    marker = raw.request("HEAD", f"/{bucket}/dir/")
    assert (marker.status, marker.headers["Content-Length"]) == (200, "0")
    assert marker.headers["Content-Type"] == "application/x-directory"
    raw.request("PUT", f"/{bucket}/dir/file", body=b"x")
    assert raw.request("HEAD", f"/{bucket}/dir").status == 404
    probe = [("list-type", "2"), ("prefix", "dir/"), ("delimiter", "/"), ("max-keys", "2"), ("fetch-owner", "false")]
    listing = raw.request("GET", f"/{bucket}", query=probe).xml
    assert [item.text for item in listing.findall("Contents/Key")] == ["dir/", "dir/file"]
    acl = raw.request("GET", f"/{bucket}/dir/file", query=[("acl", "")])
    assert acl.status == 200 and acl.xml.tag == "AccessControlPolicy"
    document = b"<Delete><Quiet>true</Quiet><Object><Key>dir/</Key></Object><Object><Key>dir/file</Key></Object></Delete>"
    digest = base64.b64encode(hashlib.md5(document).digest()).decode()
    answer = raw.request("POST", f"/{bucket}/", query=[("delete", "")], headers=[("content-md5", digest)], body=document)
    assert answer.status == 200 and len(answer.xml) == 0
    assert raw.request("HEAD", f"/{bucket}/dir/file").status == 404


@pytest.mark.parametrize("name, value", [
    ("x-amz-storage-class", "STANDARD"), ("x-amz-acl", "private"), ("x-amz-acl", "bucket-owner-full-control"),
])
def test_headers_that_ask_for_what_is_so_anyway_are_accepted(raw, bucket, name, value):
    assert raw.request("PUT", f"/{bucket}/as-usual", headers=[(name, value)], body=b"x").status == 200
    upload = raw.request("POST", f"/{bucket}/as-usual", query=[("uploads", "")], headers=[(name, value)])
    assert upload.status == 200


@pytest.mark.parametrize("name, value", [("x-amz-acl", "public-read"), ("x-amz-grant-read", 'id="0"')])
def test_acls_for_others_are_disabled(raw, bucket, name, value):
    answer = raw.request("PUT", f"/{bucket}/refused", headers=[(name, value)], body=b"")
    assert (answer.status, answer.code) == (400, "AccessControlListNotSupported")
    answer = raw.request("PUT", f"/{bucket}-refused", headers=[(name, value)], body=b"")
    assert (answer.status, answer.code) == (400, "InvalidBucketAclWithObjectOwnership")
    assert raw.request("HEAD", f"/{bucket}/refused").status == 404
    assert raw.request("HEAD", f"/{bucket}-refused").status == 404


@pytest.mark.parametrize("name, value", [
    ("x-amz-storage-class", "GLACIER"),
    ("x-amz-server-side-encryption", "AES256"),
    ("x-amz-server-side-encryption", "aws:kms"),
    ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ("x-amz-tagging", "a=b"),
    ("x-amz-object-lock-mode", "GOVERNANCE"),
    ("x-amz-object-lock-legal-hold", "ON"),
    ("x-amz-website-redirect-location", "/elsewhere"),
])
def test_headers_that_ask_for_what_is_not_there_are_refused_by_name(raw, bucket, name, value):
    for method, query in (("PUT", []), ("POST", [("uploads", "")])):
        answer = raw.request(method, f"/{bucket}/refused", query=query, headers=[(name, value)], body=b"")
        assert (answer.status, answer.code) == (501, "NotImplemented"), answer
        assert name in answer.body.decode()
    assert raw.request("HEAD", f"/{bucket}/refused").status == 404


# Listings and sub-resources


def test_the_first_listing_version_pages_by_marker(raw, bucket):
    for name in ("a/1", "a/2", "b", "c"):
        raw.request("PUT", f"/{bucket}/{name}", body=b"")
    first = raw.request("GET", f"/{bucket}", query=[("max-keys", "2"), ("delimiter", "/")]).xml
    assert first.findtext("IsTruncated") == "true" and first.findtext("NextMarker") == "b"
    second = raw.request("GET", f"/{bucket}", query=[("marker", "b"), ("delimiter", "/")]).xml
    assert [item.text for item in second.findall("Contents/Key")] == ["c"]
    assert second.find("Contents/Owner/ID") is not None


def test_the_owner_is_listed_when_it_is_asked_for(raw, bucket, key):
    """restic and Hadoop ask."""
    for wanted in ("true", "false"):
        listing = raw.request("GET", f"/{bucket}", query=[("list-type", "2"), ("fetch-owner", wanted)]).xml
        assert (listing.find("Contents/Owner/ID") is not None) == (wanted == "true")


def test_encoded_listings_escape_what_xml_cannot_hold(raw, bucket):
    assert raw.request("PUT", f"/{bucket}/a\x01b c+/é", body=b"").status == 200
    query = [("list-type", "2"), ("encoding-type", "url")]
    listing = raw.request("GET", f"/{bucket}", query=query).xml
    assert listing.findtext("EncodingType") == "url"
    assert listing.findtext("Contents/Key") in ("a%01b+c%2B/%C3%A9", "a%01b%20c%2B/%C3%A9")
    assert raw.request("DELETE", f"/{bucket}/a\x01b c+/é").status == 204


UNSET = {
    "policy": (404, "NoSuchBucketPolicy"),
    "policyStatus": (404, "NoSuchBucketPolicy"),
    "cors": (404, "NoSuchCORSConfiguration"),
    "lifecycle": (404, "NoSuchLifecycleConfiguration"),
    "tagging": (404, "NoSuchTagSet"),
    "website": (404, "NoSuchWebsiteConfiguration"),
    "encryption": (404, "ServerSideEncryptionConfigurationNotFoundError"),
    "replication": (404, "ReplicationConfigurationNotFoundError"),
    "object-lock": (404, "ObjectLockConfigurationNotFoundError"),
}


@pytest.mark.parametrize("resource", UNSET)
def test_what_is_not_set_has_the_code_of_aws(raw, bucket, resource):
    answer = raw.request("GET", f"/{bucket}", query=[(resource, "")])
    assert (answer.status, answer.code) == UNSET[resource]


DEFAULTS = {
    "acl": "AccessControlPolicy",
    "versioning": "VersioningConfiguration",
    "location": "LocationConstraint",
    "logging": "BucketLoggingStatus",
    "notification": "NotificationConfiguration",
    "requestPayment": "RequestPaymentConfiguration",
    "accelerate": "AccelerateConfiguration",
    "publicAccessBlock": "PublicAccessBlockConfiguration",
    "ownershipControls": "OwnershipControls",
}


@pytest.mark.parametrize("resource", DEFAULTS)
def test_what_has_a_default_answers_with_it(raw, bucket, resource):
    answer = raw.request("GET", f"/{bucket}", query=[(resource, "")])
    assert (answer.status, answer.xml.tag) == (200, DEFAULTS[resource])


def test_sub_resources_of_a_missing_bucket_name_the_bucket(raw, bucket):
    """mc probes a random bucket and expects one of two codes."""
    answer = raw.request("GET", "/probe-bsign-a1b2c3d4e5/", query=[("location", "")])
    assert (answer.status, answer.code) == (404, "NoSuchBucket")
    for resource in [*UNSET, *DEFAULTS]:
        assert raw.request("GET", f"/{bucket}-absent", query=[(resource, "")]).code == "NoSuchBucket", resource


@pytest.mark.parametrize("method, suffix, query", [
    ("PUT", "", "cors"), ("PUT", "", "lifecycle"),
    ("PUT", "", "versioning"), ("PUT", "", "encryption"), ("PUT", "", "tagging"), ("PUT", "", "object-lock"),
    ("PUT", "", "notification"), ("PUT", "", "replication"), ("PUT", "", "website"),
    ("PUT", "/ten", "tagging"), ("PUT", "/ten", "retention"), ("PUT", "/ten", "legal-hold"), ("POST", "/ten", "restore"), ("POST", "/ten", "select"),
])
def test_operations_to_come_are_not_implemented(raw, bucket, key, method, suffix, query):
    answer = raw.request(method, f"/{bucket}{suffix}", query=[(query, "")], body=b"<X/>" if method != "GET" else b"")
    assert (answer.status, answer.code) == (501, "NotImplemented"), answer
    assert raw.request("GET", key).body == b"0123456789"


# Health


@pytest.mark.parametrize("path", [
    "/health/live", "/health/ready", "/minio/health/live", "/minio/health/ready", "/minio/health/cluster",
    "/minio/health/cluster/read",
])
def test_health_needs_no_signature(raw, path):
    assert raw.get(path).status == 200


def test_many_clients_read_and_write_at_once(store, bucket):
    failures = []

    def work(number):
        raw = RawClient(store)
        for turn in range(10):
            body = b"%d-%d " % (number, turn) * 1000
            path = f"/{bucket}/{number}-{turn}"
            if raw.request("PUT", path, body=body).status != 200 or raw.request("GET", path).body != body:
                failures.append(path)

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
