"""Buckets and bucket policies."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 63
DELETE_BATCH = 1_000


@handles("AWS::S3::Bucket", immutable={"BucketName"})
class BucketHandler:
    """AWS::S3::Bucket."""

    def create(self, request: Request) -> Physical:
        """Create the bucket and configure it."""
        name = request.name("BucketName", NAME_CHARACTERS).lower()
        region = request.clients.region
        location = (
            {}
            if region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        )
        request.client("s3").create_bucket(Bucket=name, **location)
        self._configure(request, name)
        return _bucket(name, region)

    def update(self, request: Request, current: Resource) -> Physical:
        """Configure the bucket anew."""
        self._configure(request, current.physical.id)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the bucket, which has to be empty."""
        try:
            request.client("s3").delete_bucket(Bucket=current.physical.id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise

    def _configure(self, request: Request, name: str) -> None:
        s3 = request.client("s3")
        properties = request.properties
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": request.tag_list()})
        if versioning := properties.get("VersioningConfiguration"):
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=versioning)
        if encryption := properties.get("BucketEncryption"):
            s3.put_bucket_encryption(
                Bucket=name, ServerSideEncryptionConfiguration=_encryption(encryption)
            )
        if block := properties.get("PublicAccessBlockConfiguration"):
            s3.put_public_access_block(
                Bucket=name,
                PublicAccessBlockConfiguration={
                    key: _true(value) for key, value in block.items()
                },
            )
        if ownership := properties.get("OwnershipControls"):
            s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=ownership)
        if rules := properties.get("LifecycleConfiguration", {}).get("Rules"):
            s3.put_bucket_lifecycle_configuration(
                Bucket=name,
                LifecycleConfiguration={"Rules": [_rule(rule) for rule in rules]},
            )
        if logging := properties.get("LoggingConfiguration"):
            s3.put_bucket_logging(
                Bucket=name, BucketLoggingStatus={"LoggingEnabled": _logging(logging)}
            )


def _bucket(name: str, region: str) -> Physical:
    return Physical(
        name,
        {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
            "WebsiteURL": f"http://{name}.s3-website-{region}.amazonaws.com",
        },
    )


def _true(value: object) -> bool:
    return str(value).lower() == "true"


def _encryption(encryption: Mapping[str, Any]) -> dict[str, Any]:
    """Return CloudFormation's encryption property as the API takes it."""
    rules = []
    for rule in encryption["ServerSideEncryptionConfiguration"]:
        default = rule.get("ServerSideEncryptionByDefault", {})
        translated = {
            "ApplyServerSideEncryptionByDefault": default,
            "BucketKeyEnabled": _true(rule.get("BucketKeyEnabled", False)),
        }
        rules.append(translated)
    return {"Rules": rules}


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return one of CloudFormation's lifecycle rules as the API takes it."""
    translated: dict[str, Any] = {
        "Status": rule["Status"],
        "Filter": {"Prefix": rule.get("Prefix", "")},
    }
    if "Id" in rule:
        translated["ID"] = rule["Id"]
    expiration: dict[str, Any] = {}
    if "ExpirationInDays" in rule:
        expiration["Days"] = int(rule["ExpirationInDays"])
    elif "ExpiredObjectDeleteMarker" in rule:
        expiration["ExpiredObjectDeleteMarker"] = _true(
            rule["ExpiredObjectDeleteMarker"]
        )
    if expiration:
        translated["Expiration"] = expiration
    if noncurrent := rule.get("NoncurrentVersionExpiration"):
        translated["NoncurrentVersionExpiration"] = {
            name: int(days) for name, days in noncurrent.items()
        }
    if abort := rule.get("AbortIncompleteMultipartUpload"):
        translated["AbortIncompleteMultipartUpload"] = {
            name: int(days) for name, days in abort.items()
        }
    if transitions := rule.get("Transitions"):
        translated["Transitions"] = [
            {
                "StorageClass": one["StorageClass"],
                "Days": int(one["TransitionInDays"]),
            }
            for one in transitions
        ]
    return translated


def _logging(logging: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "TargetBucket": logging["DestinationBucketName"],
        "TargetPrefix": logging.get("LogFilePrefix", ""),
    }


@handles("AWS::S3::BucketPolicy", immutable={"Bucket"})
class BucketPolicyHandler:
    """AWS::S3::BucketPolicy."""

    def create(self, request: Request) -> Physical:
        """Put the policy."""
        bucket = request.properties["Bucket"]
        document = request.properties["PolicyDocument"]
        policy = document if isinstance(document, str) else json.dumps(document)
        request.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
        return Physical(bucket)

    def update(self, request: Request, current: Resource) -> Physical:  # noqa: ARG002
        """Put the policy anew."""
        return self.create(request)

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the policy; its bucket may be gone."""
        try:
            request.client("s3").delete_bucket_policy(Bucket=current.physical.id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise


def empty_bucket(s3: Any, bucket: str) -> None:  # noqa: ANN401
    """Delete all objects, versions and delete markers of a bucket."""
    pages = s3.get_paginator("list_object_versions").paginate(
        Bucket=bucket, MaxKeys=DELETE_BATCH
    )
    for page in pages:
        objects = [
            {"Key": one["Key"], "VersionId": one["VersionId"]}
            for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        ]
        if objects:
            s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
