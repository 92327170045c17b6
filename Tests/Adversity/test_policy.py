"""What a bucket's owner has set about access holds over a crash, and no longer than the bucket."""

import json

import pytest

from raw import RawClient
from sdk import boto3_client


@pytest.mark.parametrize("layout", ["one", "six"])
def test_a_policy_outlives_a_crash_and_not_its_bucket(start, layout):
    store = start(layout)
    s3 = boto3_client(store)
    s3.create_bucket(Bucket="data")
    s3.put_object(Bucket="data", Key="public/a", Body=b"for all")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::data/public/*"}]})
    s3.delete_public_access_block(Bucket="data")
    s3.put_bucket_policy(Bucket="data", Policy=policy)

    for _ in range(2):
        store.kill()
        store.start()
        assert RawClient(store).get("/data/public/a").body == b"for all"
        assert RawClient(store).get("/data/b").status == 403
    s3 = boto3_client(store)
    assert s3.get_bucket_policy(Bucket="data")["Policy"] == policy

    s3.delete_object(Bucket="data", Key="public/a")
    s3.delete_bucket(Bucket="data")
    store.kill()
    store.start()
    s3 = boto3_client(store)
    s3.create_bucket(Bucket="data")
    s3.put_object(Bucket="data", Key="public/a", Body=b"for us")
    assert RawClient(store).get("/data/public/a").status == 403
    assert all(s3.get_public_access_block(Bucket="data")["PublicAccessBlockConfiguration"].values())
