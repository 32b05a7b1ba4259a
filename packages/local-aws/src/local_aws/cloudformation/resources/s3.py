"""Buckets and bucket policies."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from moto.utilities.utils import get_partition

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import Request, handles, require_only
from local_aws.cloudformation.stack import Physical, Resource
from local_aws.partitions import url_suffix

NAME_CHARACTERS = 63
DELETE_BATCH = 1_000
LIFECYCLE_RULE = (
    *("Id", "Status", "Prefix", "ExpirationInDays", "ExpiredObjectDeleteMarker"),
    *("NoncurrentVersionExpiration", "AbortIncompleteMultipartUpload", "Transitions"),
)


@handles(
    "AWS::S3::Bucket",
    immutable={"BucketName"},
    applies={
        *("BucketName", "BucketEncryption", "VersioningConfiguration", "Tags"),
        *("PublicAccessBlockConfiguration", "OwnershipControls"),
        *("LifecycleConfiguration", "LoggingConfiguration"),
        # `Private` alone, which is what a bucket is: `cdk bootstrap` says it.
        "AccessControl",
    },
)
class BucketHandler:
    """AWS::S3::Bucket."""

    def create(self, request: Request) -> Physical:
        """Create the bucket and configure it."""
        access = request.properties.get("AccessControl", "Private")
        if access != "Private":
            raise ResourceError(
                f"AccessControl: expected Private, which is all that local AWS "
                f"applies, got {access!r}."
            )
        name = request.name("BucketName", NAME_CHARACTERS).lower()
        region = request.clients.region
        location = (
            {}
            if region == "us-east-1"
            else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        )
        s3 = request.client("s3")
        # In us-east-1 S3 gives its owner the bucket that there is.
        request.check_absent(name, lambda: s3.head_bucket(Bucket=name))
        s3.create_bucket(Bucket=name, **location)
        self._configure(request, name)
        return _bucket(name, region)

    def update(self, request: Request, current: Resource) -> Physical:
        """Configure the bucket anew, without what its template no longer has."""
        name = current.physical.id
        s3 = request.client("s3")
        removals = {
            "BucketEncryption": s3.delete_bucket_encryption,
            "PublicAccessBlockConfiguration": s3.delete_public_access_block,
            "OwnershipControls": s3.delete_bucket_ownership_controls,
            "LifecycleConfiguration": s3.delete_bucket_lifecycle,
        }
        gone = current.properties.keys() - request.properties.keys()
        for name_of_property in gone & removals.keys():
            removals[name_of_property](Bucket=name)
        if "VersioningConfiguration" in gone:
            s3.put_bucket_versioning(
                Bucket=name, VersioningConfiguration={"Status": "Suspended"}
            )
        if "LoggingConfiguration" in gone:
            s3.put_bucket_logging(Bucket=name, BucketLoggingStatus={})
        self._configure(request, name)
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
        lifecycle = properties.get("LifecycleConfiguration", {})
        require_only("LifecycleConfiguration", lifecycle, "Rules")
        if rules := lifecycle.get("Rules"):
            s3.put_bucket_lifecycle_configuration(
                Bucket=name,
                LifecycleConfiguration={"Rules": [_rule(rule) for rule in rules]},
            )
        if logging := properties.get("LoggingConfiguration"):
            s3.put_bucket_logging(
                Bucket=name, BucketLoggingStatus={"LoggingEnabled": _logging(logging)}
            )


def _bucket(name: str, region: str) -> Physical:
    domain = url_suffix(region)
    return Physical(
        name,
        {
            "Arn": f"arn:{get_partition(region)}:s3:::{name}",
            "DomainName": f"{name}.s3.{domain}",
            "RegionalDomainName": f"{name}.s3.{region}.{domain}",
            "DualStackDomainName": f"{name}.s3.dualstack.{region}.{domain}",
            "WebsiteURL": f"http://{name}.s3-website-{region}.{domain}",
        },
    )


def _true(value: object) -> bool:
    return str(value).lower() == "true"


def _encryption(encryption: Mapping[str, Any]) -> dict[str, Any]:
    """Return CloudFormation's encryption property as the API takes it."""
    rules = []
    for rule in encryption["ServerSideEncryptionConfiguration"]:
        default = rule.get("ServerSideEncryptionByDefault", {})
        require_only(
            "BucketEncryption.ServerSideEncryptionConfiguration",
            rule,
            *("ServerSideEncryptionByDefault", "BucketKeyEnabled"),
        )
        translated = {
            "ApplyServerSideEncryptionByDefault": default,
            "BucketKeyEnabled": _true(rule.get("BucketKeyEnabled", False)),
        }
        rules.append(translated)
    return {"Rules": rules}


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    """Return one of CloudFormation's lifecycle rules as the API takes it."""
    require_only("LifecycleConfiguration.Rules", rule, *LIFECYCLE_RULE)
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
    transitions = rule.get("Transitions", [])
    for one in transitions:
        path = "LifecycleConfiguration.Rules.Transitions"
        require_only(path, one, "StorageClass", "TransitionInDays")
    if transitions:
        translated["Transitions"] = [
            {
                "StorageClass": one["StorageClass"],
                "Days": int(one["TransitionInDays"]),
            }
            for one in transitions
        ]
    return translated


def _logging(logging: Mapping[str, Any]) -> dict[str, Any]:
    names = ("DestinationBucketName", "LogFilePrefix")
    require_only("LoggingConfiguration", logging, *names)
    return {
        "TargetBucket": logging["DestinationBucketName"],
        "TargetPrefix": logging.get("LogFilePrefix", ""),
    }


@handles("AWS::S3::BucketPolicy", immutable={"Bucket"})
class BucketPolicyHandler:
    """AWS::S3::BucketPolicy."""

    def create(self, request: Request) -> Physical:
        """Put the policy; a bucket has one."""
        bucket = request.properties["Bucket"]
        s3 = request.client("s3")
        request.check_absent(bucket, lambda: s3.get_bucket_policy(Bucket=bucket))
        return self._put(request)

    def update(self, request: Request, current: Resource) -> Physical:  # noqa: ARG002
        """Put the policy anew."""
        return self._put(request)

    def _put(self, request: Request) -> Physical:
        bucket = request.properties["Bucket"]
        document = request.properties["PolicyDocument"]
        policy = document if isinstance(document, str) else json.dumps(document)
        request.client("s3").put_bucket_policy(Bucket=bucket, Policy=policy)
        return Physical(bucket)

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the policy; its bucket may be gone."""
        try:
            request.client("s3").delete_bucket_policy(Bucket=current.physical.id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "NoSuchBucket":
                raise


def empty_bucket(s3: Any, bucket: str) -> None:  # noqa: ANN401
    """Delete all objects, versions and delete markers of a bucket.

    Each round lists from the start: a listing that goes on from what has been deleted
    in between leaves the rest out.

    Raises
    ------
    ResourceError
        If something cannot be deleted.
    """
    while True:
        page = s3.list_object_versions(Bucket=bucket, MaxKeys=DELETE_BATCH)
        objects = [
            {"Key": one["Key"], "VersionId": one["VersionId"]}
            for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        ]
        if not objects:
            return
        deleted = s3.delete_objects(Bucket=bucket, Delete={"Objects": objects})
        if errors := deleted.get("Errors"):
            raise ResourceError(
                f"{bucket}: {errors[0]['Key']} cannot be deleted: "
                f"{errors[0]['Message']}"
            )
