"""The AWS common runtime, which aws cli, PyTorch's and Mountpoint's connectors transfer with."""

import os

import awscrt.auth
import awscrt.http
import awscrt.io
import awscrt.s3
import pytest


@pytest.fixture
def crt(store):
    elg = awscrt.io.EventLoopGroup(1)
    bootstrap = awscrt.io.ClientBootstrap(elg, awscrt.io.DefaultHostResolver(elg))
    credentials = awscrt.auth.AwsCredentialsProvider.new_static(store.access_key, store.secret_key)
    options = {}
    if store.is_secure:
        tls = awscrt.io.TlsContextOptions()
        tls.override_default_trust_store_from_path(None, str(store.authority))
        options["tls_connection_options"] = awscrt.io.ClientTlsContext(tls).new_connection_options()
    return awscrt.s3.S3Client(
        bootstrap=bootstrap, region=store.region, part_size=8 * 1024 * 1024,
        signing_config=awscrt.s3.create_default_s3_signing_config(
            region=store.region, credential_provider=credentials),
        tls_mode=awscrt.s3.S3RequestTlsMode.ENABLED if store.is_secure else awscrt.s3.S3RequestTlsMode.DISABLED,
        **options)


def transfer(crt, store, kind, method, path, headers=(), **files):
    fields = awscrt.http.HttpHeaders([("host", f"{store.host}:{store.port}"), *headers])
    request = awscrt.http.HttpRequest(method, path, fields)
    checksum = awscrt.s3.S3ChecksumConfig(
        algorithm=awscrt.s3.S3ChecksumAlgorithm.CRC32, location=awscrt.s3.S3ChecksumLocation.TRAILER,
    ) if method == "PUT" else awscrt.s3.S3ChecksumConfig(validate_response=True)
    running = crt.make_request(type=kind, request=request, checksum_config=checksum, **files)
    running.finished_future.result(100)


def test_a_file_goes_up_and_comes_down_in_parts(crt, store, bucket, big_file, tmp_path):
    size = ("content-length", str(big_file.stat().st_size))
    transfer(crt, store, awscrt.s3.S3RequestType.PUT_OBJECT, "PUT", f"/{bucket}/big", [size], send_filepath=str(big_file))
    back = tmp_path / "back"
    transfer(crt, store, awscrt.s3.S3RequestType.GET_OBJECT, "GET", f"/{bucket}/big", recv_filepath=str(back))
    assert back.read_bytes() == big_file.read_bytes()


def test_a_small_file_goes_in_one_request(crt, store, bucket, tmp_path):
    path = tmp_path / "small"
    path.write_bytes(os.urandom(1000))
    transfer(crt, store, awscrt.s3.S3RequestType.PUT_OBJECT, "PUT", f"/{bucket}/small", [("content-length", "1000")],
             send_filepath=str(path))
    back = tmp_path / "back"
    transfer(crt, store, awscrt.s3.S3RequestType.GET_OBJECT, "GET", f"/{bucket}/small", recv_filepath=str(back))
    assert back.read_bytes() == path.read_bytes()
