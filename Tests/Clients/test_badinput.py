"""Bad input gets the error that AWS gives and changes nothing."""

import base64
import datetime
import hashlib
import socket
import time

import pytest

from raw import UNSIGNED, Signer, read_response


@pytest.fixture
def key(raw, bucket):
    """An object that must stay as it is."""
    assert raw.request("PUT", f"/{bucket}/kept", body=b"kept").status == 200
    yield f"/{bucket}/kept"
    assert raw.request("GET", f"/{bucket}/kept").body == b"kept"


def refused(answer, status, *codes):
    assert answer.status == status and answer.code in codes, answer
    assert answer.headers["x-amz-request-id"]
    assert answer.xml.findtext("RequestId")


# Who asks


def test_requests_without_a_signature(raw, key):
    refused(raw.get(key), 403, "AccessDenied")
    refused(raw.get("/"), 403, "AccessDenied")
    refused(raw.get(key, "PUT", body=b"changed"), 403, "AccessDenied")
    refused(raw.get(key, "DELETE"), 403, "AccessDenied")


def test_a_wrong_secret(raw, store, key):
    answer = raw.request("PUT", key, body=b"changed", signer=Signer(store, secret_key="wrong"))
    refused(answer, 403, "SignatureDoesNotMatch")
    assert answer.message.startswith("The request signature we calculated does not match the signature you provided.")


def test_an_unknown_key(raw, store, key):
    answer = raw.request("PUT", key, body=b"changed", signer=Signer(store, access_key="AKIANOBODY"))
    refused(answer, 403, "InvalidAccessKeyId")
    assert answer.message == "The AWS Access Key Id you provided does not exist in our records."


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_skewed_clock(raw, store, key, minutes):
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=minutes)
    answer = raw.request("PUT", key, body=b"changed", signer=Signer(store, now))
    refused(answer, 403, "RequestTimeTooSkewed")
    assert answer.message == "The difference between the request time and the current time is too large."


def test_a_header_added_after_signing(raw, key):
    answer = raw.request("PUT", key, body=b"changed", unsigned_headers=[("x-amz-meta-added", "later")])
    refused(answer, 403, "AccessDenied", "SignatureDoesNotMatch")


def test_an_empty_authorization(raw, bucket, key):
    """One of the headers that ceph/s3-tests means to send, and botocore mends."""
    refused(raw.get(key, "PUT", headers=[("Authorization", "")], body=b"changed"), 403, "AccessDenied")
    refused(raw.get(f"/{bucket}-new", "PUT", headers=[("Authorization", "")]), 403, "AccessDenied")
    assert raw.request("HEAD", f"/{bucket}-new").status == 404


@pytest.mark.parametrize("authorization", [
    "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=b", "Basic dXNlcjpwYXNz",
    "AWS4-HMAC-SHA256 Credential=a/20200101/us-east-1/s3/aws4_request, SignedHeaders=host", "\u00e9",
])
def test_a_malformed_authorization(raw, key, authorization):
    answer = raw.get(key, headers=[("Authorization", authorization), ("x-amz-content-sha256", UNSIGNED)])
    assert answer.status in (400, 403), answer
    assert answer.code in ("AuthorizationHeaderMalformed", "InvalidArgument", "AccessDenied", "InvalidRequest")


@pytest.mark.parametrize("name, value", [
    ("x-amz-meta-a", "b\r\nX-Evil: 1"), ("x-amz-meta-a", "b\r\n\r\nHTTP/1.1 200 OK"), ("x-amz-meta-a", "\x00"),
    ("x-amz-meta-a\r\nX-Evil: 1", "b"), ("x-amz-meta-a: b", "c"),
])
def test_a_header_in_a_query_that_would_split_answers(raw, key, name, value):
    """What a presigned URL stores as metadata comes back in the answers to others."""
    refused(raw.get(raw.presigned("PUT", key, query=[(name, value)]), "PUT", body=b"changed"), 400, "InvalidArgument")
    assert "X-Evil" not in raw.request("GET", key).headers


# What is sent


def test_a_body_that_is_not_what_was_signed(raw, key):
    answer = raw.request("PUT", key, body=b"changed", payload_hash=hashlib.sha256(b"signed").hexdigest())
    refused(answer, 400, "XAmzContentSHA256Mismatch")


@pytest.mark.parametrize("digest, code", [
    (base64.b64encode(hashlib.md5(b"other").digest()).decode(), "BadDigest"),
    ("not base64!", "InvalidDigest"),
    ("AAAA", "InvalidDigest"),
])
def test_a_wrong_content_md5(raw, key, digest, code):
    refused(raw.request("PUT", key, headers=[("content-md5", digest)], body=b"changed"), 400, code)


@pytest.mark.parametrize("name, value", [
    ("x-amz-checksum-crc32", "AAAAAA=="), ("x-amz-checksum-crc32c", "AAAAAA=="), ("x-amz-checksum-crc64nvme", "AAAAAAAAAAA="),
    ("x-amz-checksum-sha1", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ("x-amz-checksum-sha256", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
])
def test_a_wrong_checksum(raw, key, name, value):
    refused(raw.request("PUT", key, headers=[(name, value)], body=b"changed"), 400, "BadDigest")


def test_a_malformed_checksum(raw, key):
    refused(raw.request("PUT", key, headers=[("x-amz-checksum-crc32", "short")], body=b"changed"), 400, "BadDigest")


def test_a_put_without_a_length(raw, key):
    head = raw.signed_head("PUT", key, payload_hash=UNSIGNED)
    refused(raw.exchange(head, "PUT"), 411, "MissingContentLength")


def test_a_body_beyond_the_largest_put(raw, key):
    head = raw.signed_head("PUT", key, headers=[("content-length", str(5 * 1024**3 + 1))], payload_hash=UNSIGNED)
    refused(raw.exchange(head, "PUT"), 400, "EntityTooLarge")


@pytest.mark.parametrize("sent", [0, 1, 1000, 70_000])
def test_a_client_that_vanishes_in_mid_body(raw, key, sent):
    head = raw.signed_head("PUT", key, headers=[("content-length", "100000")], payload_hash=UNSIGNED)
    with raw.connect() as connection:
        connection.sendall(head + b"x" * sent)


def test_a_client_that_vanishes_at_any_byte_of_the_head(raw, key):
    request = raw.signed_head("PUT", key, headers=[("content-length", "7")], payload_hash=UNSIGNED) + b"changed"
    for length in range(0, len(request) - 1, 7):
        with raw.connect() as connection:
            connection.sendall(request[:length])


def test_a_client_that_stops_reading(raw, bucket):
    assert raw.request("PUT", f"/{bucket}/large", body=b"x" * 8_000_000).status == 200
    for _ in range(4):
        with raw.connect() as connection:
            connection.sendall(raw.signed_head("GET", f"/{bucket}/large"))
            connection.recv(1000)
    assert len(raw.request("GET", f"/{bucket}/large").body) == 8_000_000


def test_chunks_cut_short(raw, key):
    headers = [("x-amz-decoded-content-length", "10"), ("content-encoding", "aws-chunked"), ("content-length", "9")]
    answer = raw.exchange(
        raw.signed_head("PUT", key, headers=headers, payload_hash="STREAMING-UNSIGNED-PAYLOAD-TRAILER")
        + b"4\r\ndata\r\n", "PUT")
    refused(answer, 400, "IncompleteBody")


@pytest.mark.parametrize("decoded", ["3", "5"])
def test_chunks_of_another_length_than_announced(raw, key, decoded):
    headers = [("x-amz-decoded-content-length", decoded), ("content-encoding", "aws-chunked")]
    answer = raw.request("PUT", key, headers=headers, body=b"4\r\ndata\r\n0\r\n\r\n",
                         payload_hash="STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    refused(answer, 400, "IncompleteBody", "InvalidRequest")


@pytest.mark.parametrize("body", [b"zz\r\ndata\r\n0\r\n\r\n", b"4data\r\n0\r\n\r\n", b"ffffffffffffffffff\r\n", b"-4\r\ndata\r\n"])
def test_chunks_that_are_none(raw, key, body):
    headers = [("x-amz-decoded-content-length", "4"), ("content-encoding", "aws-chunked")]
    answer = raw.request("PUT", key, headers=headers, body=body, payload_hash="STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    assert answer.status == 400, answer


# Framing


def head_lines(raw, key, *lines):
    return "\r\n".join([f"PUT {key} HTTP/1.1", f"Host: {raw.host}", *lines, "", ""]).encode()


@pytest.mark.parametrize("lines", [
    ("Content-Length: 4", "Transfer-Encoding: chunked"),
    ("Content-Length: 4", "Content-Length: 5"),
    ("Content-Length: -4",),
    ("Content-Length: 4x",),
    ("Content-Length: +4",),
    ("Transfer-Encoding: gzip",),
    ("Content-Length: 99999999999999999999999",),
])
def test_ambiguous_framing_ends_the_connection(raw, key, lines):
    with raw.connect() as connection:
        connection.sendall(head_lines(raw, key, *lines) + b"4\r\ndata\r\n0\r\n\r\n")
        answer = read_response(connection)
        assert answer.status in (400, 403, 501), answer
        assert_closed(connection)


def assert_closed(connection):
    connection.settimeout(10)
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        pass


@pytest.mark.parametrize("request_line", [
    b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00\x01\x02\x03\r\n\r\n", b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n", b"G\xff\xffT / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00",
])
def test_what_is_not_http_is_refused_or_dropped(raw, key, request_line):
    with raw.connect() as connection:
        connection.sendall(request_line)
        connection.shutdown(socket.SHUT_WR) if not raw.store.is_secure else None
        connection.settimeout(40)
        try:
            data = connection.recv(4096)
        except (ConnectionResetError, TimeoutError):
            data = b""
        assert not data or data.startswith((b"HTTP/1.1 4", b"HTTP/1.0 4", b"HTTP/1.1 505")), data


def test_headers_that_are_too_long(raw, key):
    answer = raw.get(key, headers=[("x-amz-meta-long", "x" * 200_000)])
    assert answer.status in (400, 431), answer


def test_user_metadata_beyond_two_kilobytes(raw, key):
    answer = raw.request("PUT", key, headers=[("x-amz-meta-long", "x" * 2100)], body=b"changed")
    refused(answer, 400, "MetadataTooLarge")


def test_slow_headers_hold_nobody_else(raw, key):
    idle = [raw.connect() for _ in range(20)]
    for connection in idle:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: ")
    started = time.monotonic()
    assert raw.request("GET", key).body == b"kept"
    assert time.monotonic() - started < 5
    for connection in idle:
        connection.close()


# Names and parameters


@pytest.mark.parametrize("name", [
    "ab", "a" * 64, "UPPER", "under_score", "-dash", "dash-", "a..b", "192.168.0.1", "xn--a", "a.-b", "name-s3alias",
])
def test_invalid_bucket_names(raw, name):
    refused(raw.request("PUT", f"/{name}"), 400, "InvalidBucketName")


def test_keys_that_are_too_long(raw, bucket):
    for key in ("k" * 1025, "\u20ac" * 342):
        refused(raw.request("PUT", f"/{bucket}/{key}", body=b"x"), 400, "KeyTooLongError")
        assert raw.request("GET", f"/{bucket}", query=[("list-type", "2")]).xml.find("Contents") is None


def test_keys_that_are_not_utf8(raw, bucket):
    """An escaped path is signed as it is sent."""
    signer = Signer(raw.store)
    headers = [("Host", raw.host), ("x-amz-date", signer.stamp), ("x-amz-content-sha256", UNSIGNED)]
    path = f"/{bucket}/%FF%FE"
    signature = signer.signature("PUT", path, [], headers, UNSIGNED)
    lines = [f"PUT {path} HTTP/1.1", *[f"{n}: {v}" for n, v in headers], "Content-Length: 1",
             f"Authorization: {signer.authorization(signature)}", "", "x"]
    answer = raw.exchange("\r\n".join(lines).encode(), "PUT")
    assert answer.status == 400, answer
    assert raw.request("GET", f"/{bucket}").xml.find("Contents") is None


@pytest.mark.parametrize("query", [
    [("max-keys", "-1")], [("max-keys", "x")], [("max-keys", "99999999999999999999")],
    [("list-type", "2"), ("continuation-token", "garbage")], [("encoding-type", "base64")],
])
def test_listing_parameters_that_are_none(raw, bucket, query):
    refused(raw.request("GET", f"/{bucket}", query=query), 400, "InvalidArgument")


def test_a_method_that_does_not_exist(raw, key):
    answer = raw.request("PATCH", key, body=b"x")
    refused(answer, 405, "MethodNotAllowed")


@pytest.mark.parametrize("source, status, code", [
    ("", 400, "InvalidArgument"), ("nothing", 400, "InvalidArgument"), ("{bucket}/absent", 404, "NoSuchKey"),
    ("{bucket}-absent/x", 404, "NoSuchBucket"), ("{bucket}/%ZZ", 400, "InvalidArgument"),
])
def test_copy_sources_that_are_none(raw, bucket, source, status, code):
    headers = [("x-amz-copy-source", source.format(bucket=bucket))]
    refused(raw.request("PUT", f"/{bucket}/copy", headers=headers), status, code)


# Documents


@pytest.mark.parametrize("document", [
    b"", b"<", b"<Delete>", b"<Other/>", b"<Delete></Other>", b"not xml", b"\xff\xfe", b"<Delete/>",
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><Delete><Object><Key>&b;</Key></Object></Delete>',
    b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&f;</Key></Object></Delete>',
    b"<Delete>" * 10_000 + b"</Delete>" * 10_000,
    b"<Delete>" + b"<Object><Key>kept2</Key></Object>" * 1001 + b"</Delete>",
])
def test_documents_that_are_none(raw, bucket, key, document):
    digest = base64.b64encode(hashlib.md5(document).digest()).decode()
    answer = raw.request("POST", f"/{bucket}", query=[("delete", "")], headers=[("content-md5", digest)], body=document)
    refused(answer, 400, "MalformedXML", "MissingRequestBodyError")


BOMBS = [
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><%s>&b;</%s>',
    b'<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><%s>&f;</%s>', b"<%s>" * 15_000 + b"%s",
    b"<%s " + b" ".join(b'a%d="1"' % number for number in range(2000)) + b"></%s>", b"<%s>\x00</%s>", b"<%s>\xff</%s>",
]


@pytest.mark.parametrize("number", range(len(BOMBS)))
def test_no_document_is_expanded_or_followed(raw, bucket, upload, number):
    """Also where documents are short: they are refused by their size first."""
    for method, path, query, root in (
        ("POST", f"/{bucket}/parts", [("uploadId", upload)], b"CompleteMultipartUpload"),
        ("PUT", f"/{bucket}-new", [], b"CreateBucketConfiguration"),
        ("PUT", f"/{bucket}", [("acl", "")], b"AccessControlPolicy"),
    ):
        document = BOMBS[number].replace(b"%s", root)
        refused(raw.request(method, path, query=query, body=document), 400, "MalformedXML", "MaxMessageLengthExceeded")
    assert raw.request("HEAD", f"/{bucket}-new").status == 404


def test_a_bulk_delete_without_a_digest(raw, bucket, key):
    """AWS wants Content-MD5 or a checksum on this one."""
    document = b"<Delete><Object><Key>kept</Key></Object></Delete>"
    refused(raw.request("POST", f"/{bucket}", query=[("delete", "")], body=document), 400, "InvalidRequest", "MissingContentMD5")


# Multipart


@pytest.fixture
def upload(raw, bucket):
    answer = raw.request("POST", f"/{bucket}/parts", query=[("uploads", "")])
    return answer.xml.findtext("UploadId")


def put_part(raw, bucket, upload, number, body):
    answer = raw.request("PUT", f"/{bucket}/parts", query=[("partNumber", str(number)), ("uploadId", upload)], body=body)
    assert answer.status == 200, answer
    return answer.headers["ETag"]


def complete(raw, bucket, upload, parts):
    document = "".join(f"<Part><PartNumber>{n}</PartNumber><ETag>{etag}</ETag></Part>" for n, etag in parts)
    body = f"<CompleteMultipartUpload>{document}</CompleteMultipartUpload>".encode()
    return raw.request("POST", f"/{bucket}/parts", query=[("uploadId", upload)], body=body)


def test_an_upload_that_does_not_exist(raw, bucket):
    for identifier in ("absent", "AAAAAAAAAAAAAAAA", "../x", "\u00e9"):
        query = [("uploadId", identifier)]
        refused(raw.request("PUT", f"/{bucket}/parts", query=[*query, ("partNumber", "1")], body=b"x"), 404, "NoSuchUpload")
        refused(raw.request("GET", f"/{bucket}/parts", query=query), 404, "NoSuchUpload")
        refused(raw.request("DELETE", f"/{bucket}/parts", query=query), 404, "NoSuchUpload")
        refused(complete(raw, bucket, identifier, [(1, '"x"')]), 404, "NoSuchUpload")


@pytest.mark.parametrize("number", ["0", "10001", "-1", "x", ""])
def test_part_numbers_that_are_none(raw, bucket, upload, number):
    answer = raw.request("PUT", f"/{bucket}/parts", query=[("partNumber", number), ("uploadId", upload)], body=b"x")
    refused(answer, 400, "InvalidArgument")


def test_a_part_that_is_too_small(raw, bucket, upload):
    etags = [(number, put_part(raw, bucket, upload, number, b"small")) for number in (1, 2)]
    answer = complete(raw, bucket, upload, etags)
    refused(answer, 400, "EntityTooSmall")
    assert raw.request("HEAD", f"/{bucket}/parts").status == 404


def test_parts_out_of_order(raw, bucket, upload):
    etags = [(number, put_part(raw, bucket, upload, number, b"x" * 5_242_880)) for number in (2, 1)]
    refused(complete(raw, bucket, upload, etags), 400, "InvalidPartOrder")


def test_parts_that_were_never_sent(raw, bucket, upload):
    etag = put_part(raw, bucket, upload, 1, b"x")
    refused(complete(raw, bucket, upload, [(2, etag)]), 400, "InvalidPart")
    refused(complete(raw, bucket, upload, [(1, '"00000000000000000000000000000000"')]), 400, "InvalidPart")
    refused(complete(raw, bucket, upload, []), 400, "MalformedXML")
    assert complete(raw, bucket, upload, [(1, etag)]).status == 200


def test_a_part_of_a_range_beyond_its_source(raw, bucket, key, upload):
    headers = [("x-amz-copy-source", f"{bucket}/kept"), ("x-amz-copy-source-range", "bytes=0-100")]
    answer = raw.request("PUT", f"/{bucket}/parts", query=[("partNumber", "1"), ("uploadId", upload)], headers=headers)
    assert answer.status in (400, 416) and answer.code in ("InvalidRange", "InvalidArgument", "InvalidRequest"), answer
