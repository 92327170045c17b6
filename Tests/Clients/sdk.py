"""boto3 clients of a store."""

import boto3
import botocore.config


def boto3_client(store, **settings):
    settings = {"retries": {"max_attempts": 0, "mode": "standard"}, "s3": {"addressing_style": "path"}, **settings}
    return boto3.client(
        "s3",
        endpoint_url=store.endpoint,
        aws_access_key_id=store.access_key,
        aws_secret_access_key=store.secret_key,
        region_name=store.region,
        verify=str(store.authority) if store.is_secure else None,
        config=botocore.config.Config(**settings),
    )
