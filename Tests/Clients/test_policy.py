"""Bucket policies and the public access block, as boto3 sends them."""

import json

import pytest
from botocore.exceptions import ClientError


def code_of(error) -> str:
    return error.value.response["Error"]["Code"]


def test_a_bucket_is_opened_and_closed_by_its_policy(s3, bucket, raw):
    s3.put_object(Bucket=bucket, Key="public/a", Body=b"for all")
    s3.put_object(Bucket=bucket, Key="secret", Body=b"for us")
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{bucket}/public/*"}]})

    assert s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"] == {
        "BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True}
    with pytest.raises(ClientError) as refusal:
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert code_of(refusal) == "AccessDenied"
    assert "delete-public-access-block" in str(refusal.value)

    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    assert raw.get(f"/{bucket}/public/a").body == b"for all"
    for path in ("/secret", "/public/none", "?list-type=2", "?policy"):
        assert raw.get(f"/{bucket}{path}").status == 403, path

    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    assert raw.get(f"/{bucket}/public/a").status == 403
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration={"RestrictPublicBuckets": False})
    assert raw.get(f"/{bucket}/public/a").status == 200
    s3.delete_bucket_policy(Bucket=bucket)
    assert raw.get(f"/{bucket}/public/a").status == 403
    with pytest.raises(ClientError) as missing:
        s3.get_bucket_policy(Bucket=bucket)
    assert code_of(missing) == "NoSuchBucketPolicy"


def test_a_malformed_policy_is_refused_with_its_place(s3, bucket):
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{bucket}/*"}]})
    with pytest.raises(ClientError) as refusal:
        s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert code_of(refusal) == "MalformedPolicy"
    assert "Action does not apply to any resource(s) in statement (Statement[0].Action" in str(refusal.value)


def test_ownership_controls(s3, bucket):
    controls = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"] == controls
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=controls)
    assert s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"] == controls
