"""What s3cmd, Terraform, Hadoop and minio-py read beside objects: what nobody has set, and access lists."""

import pytest

OWNER_GRANT = """<AccessControlPolicy xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Owner><ID>{owner}</ID></Owner>
<AccessControlList><Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser">
<ID>{owner}</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>{more}</AccessControlList></AccessControlPolicy>"""
PUBLIC_GRANT = """<Grant><Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="Group">
<URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission></Grant>"""


@pytest.fixture
def key(raw, bucket):
    """An object of ten bytes."""
    assert raw.request("PUT", f"/{bucket}/ten", body=b"0123456789").status == 200
    return f"/{bucket}/ten"


LISTS = {
    "analytics": "ListBucketAnalyticsConfigurationsResult",
    "intelligent-tiering": "ListBucketIntelligentTieringConfigurationsOutput",
    "inventory": "ListInventoryConfigurationsResult",
    "metrics": "ListMetricsConfigurationsResult",
}


@pytest.mark.parametrize("resource", LISTS)
def test_settings_that_are_many_are_an_empty_list_and_none_by_name(raw, bucket, resource):
    answer = raw.request("GET", f"/{bucket}", query=[(resource, "")])
    assert (answer.status, answer.xml.tag, answer.xml.findtext("IsTruncated")) == (200, LISTS[resource], "false")
    one = raw.request("GET", f"/{bucket}", query=[(resource, ""), ("id", "mine")])
    assert (one.status, one.code) == (404, "NoSuchConfiguration")


@pytest.mark.parametrize("resource, status, name", [
    ("acl", 200, "AccessControlPolicy"), ("tagging", 200, "Tagging"),
    ("retention", 400, "InvalidRequest"), ("legal-hold", 400, "InvalidRequest"), ("torrent", 501, "NotImplemented"),
])
def test_what_nobody_has_set_of_an_object(raw, key, resource, status, name):
    answer = raw.request("GET", key, query=[(resource, "")])
    assert answer.status == status
    assert (answer.xml.tag if status == 200 else answer.code) == name
    if status != 501:
        assert raw.request("GET", key + "-absent", query=[(resource, "")]).code == "NoSuchKey"


def test_deletes_of_what_cannot_be_set_are_not_implemented(raw, bucket, key):
    for resource in ("cors", "lifecycle", "tagging", "encryption", "website"):
        answer = raw.request("DELETE", f"/{bucket}", query=[(resource, "")])
        assert (answer.status, answer.code) == (501, "NotImplemented"), resource
    assert raw.request("DELETE", key, query=[("tagging", "")]).code == "NotImplemented"
    assert raw.request("GET", key).body == b"0123456789"


def test_an_access_list_that_says_what_holds_anyway_is_taken(raw, bucket, key):
    """s3cmd sends back what it read."""
    for path in (f"/{bucket}", key):
        owner = raw.request("GET", path, query=[("acl", "")]).xml.findtext("Owner/ID")
        assert owner
        body = OWNER_GRANT.format(owner=owner, more="").encode()
        assert raw.request("PUT", path, query=[("acl", "")], body=body).status == 200
        assert raw.request("PUT", path, query=[("acl", "")], headers=[("x-amz-acl", "private")]).status == 200


def test_an_access_list_for_others_is_refused_by_name(raw, bucket, key):
    for path in (f"/{bucket}", key):
        owner = raw.request("GET", path, query=[("acl", "")]).xml.findtext("Owner/ID")
        body = OWNER_GRANT.format(owner=owner, more=PUBLIC_GRANT).encode()
        answer = raw.request("PUT", path, query=[("acl", "")], body=body)
        assert (answer.status, answer.code) == (400, "AccessControlListNotSupported")
        answer = raw.request("PUT", path, query=[("acl", "")], headers=[("x-amz-acl", "public-read")])
        assert (answer.status, answer.code) == (400, "AccessControlListNotSupported")
        assert b"x-amz-acl" in answer.body
        assert raw.request("PUT", path, query=[("acl", "")], body=b"<Other/>").code == "MalformedACLError"
        assert raw.request("PUT", path, query=[("acl", "")], body=b"<Access").code == "MalformedXML"


@pytest.mark.parametrize("name, value", [
    ("x-amz-server-side-encryption-customer-algorithm", "AES256"),
    ("x-amz-copy-source-server-side-encryption-customer-algorithm", "AES256"),
    ("x-amz-checksum-sha512", "x"), ("x-amz-tagging-directive", "REPLACE"),
])
def test_a_header_is_refused_by_name_wherever_it_comes(raw, bucket, key, name, value):
    """In reads, copies and parts too, and in a presigned query."""
    upload = raw.request("POST", f"/{bucket}/parts", query=[("uploads", "")]).xml.findtext("UploadId")
    part = [("partNumber", "1"), ("uploadId", upload)]
    answers = [
        raw.request("GET", key, headers=[(name, value)]),
        raw.request("PUT", f"/{bucket}/copy", headers=[(name, value), ("x-amz-copy-source", key)]),
        raw.request("PUT", f"/{bucket}/parts", query=part, headers=[(name, value)], body=b"x"),
        raw.get(raw.presigned("PUT", f"/{bucket}/presigned", query=[(name, value)]), "PUT", body=b"x"),
    ]
    for answer in answers:
        assert (answer.status, answer.code) == (501, "NotImplemented"), answer
        assert name in answer.body.decode()
    assert raw.request("HEAD", f"/{bucket}/copy").status == 404
    assert raw.request("HEAD", f"/{bucket}/presigned").status == 404
