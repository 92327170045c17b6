"""The tests' own signer against AWS's published example of a chunked upload: a wrong signer would test nothing."""

import datetime
from types import SimpleNamespace

from raw import Signer


def test_chunks_are_signed_like_the_published_example():
    store = SimpleNamespace(
        access_key="AKIAIOSFODNN7EXAMPLE", secret_key="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", region="us-east-1")
    signer = Signer(store, datetime.datetime(2013, 5, 24, tzinfo=datetime.timezone.utc))
    headers = [
        ("Host", "s3.amazonaws.com"), ("x-amz-date", signer.stamp), ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
        ("x-amz-content-sha256", "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"), ("Content-Encoding", "aws-chunked"),
        ("x-amz-decoded-content-length", "66560"), ("Content-Length", "66824"),
    ]
    seed = signer.signature(
        "PUT", "/examplebucket/chunkObject.txt", [], headers, "STREAMING-AWS4-HMAC-SHA256-PAYLOAD")
    assert seed == "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
    expected = [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ]
    for data, signature in zip([b"a" * 65_536, b"a" * 1024, b""], expected):
        assert f"chunk-signature={signature}\r\n".encode() in signer.chunk(data)
