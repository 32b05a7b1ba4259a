"""What the CDK adds to templates: its metadata, and its custom resources."""

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles
from local_aws.cloudformation.resources.s3 import empty_bucket
from local_aws.cloudformation.stack import Physical, Resource

AUTO_DELETE_TAG = "aws-cdk:auto-delete-objects"


@handles("AWS::CDK::Metadata", immutable=set())
class MetadataHandler:
    """AWS::CDK::Metadata: recorded, does nothing, as in AWS."""

    def create(self, request: Request) -> Physical:
        """Record it."""
        return Physical(request.generated_name(64))

    def update(self, request: Request, current: Resource) -> Physical:  # noqa: ARG002
        """Record it anew."""
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Nothing to remove."""


@handles("Custom::S3AutoDeleteObjects", immutable=set())
class AutoDeleteObjectsHandler:
    """What the CDK's `auto_delete_objects=True` does by a Lambda function.

    Symptom cured: moto runs Lambda functions in Docker; without it the resource hung
    for 100 seconds and then passed without emptying the bucket.
    """

    def create(self, request: Request) -> Physical:
        """Nothing to do until the end."""
        return Physical(request.generated_name(64))

    def update(self, request: Request, current: Resource) -> Physical:
        """Empty the bucket that is being replaced, as the function does."""
        old = current.properties["BucketName"]
        if old != request.properties["BucketName"]:
            _empty_if_marked(request, old)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Empty the bucket, all versions and delete markers."""
        _empty_if_marked(request, current.properties["BucketName"])


def _empty_if_marked(request: Request, bucket: str) -> None:
    # The function leaves alone what does not carry the tag (any more).
    s3 = request.client("s3")
    try:
        tags = s3.get_bucket_tagging(Bucket=bucket)["TagSet"]
    except ClientError as error:
        if error.response["Error"]["Code"] in {"NoSuchBucket", "NoSuchTagSet"}:
            return
        raise
    if {"Key": AUTO_DELETE_TAG, "Value": "true"} in tags:
        empty_bucket(s3, bucket)
