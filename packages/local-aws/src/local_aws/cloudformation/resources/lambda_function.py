"""Lambda functions: recorded, never run, for there is no Docker here.

The CDK declares one behind each of its custom resources.
"""

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles, pick
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 64
CONFIGURATION = (
    "Description",
    "Environment",
    "Handler",
    "Layers",
    "MemorySize",
    "Role",
    "Runtime",
    "Timeout",
)


@handles(
    "AWS::Lambda::Function",
    immutable={"FunctionName", "PackageType"},
    applies={"FunctionName", "Code", "Tags", *CONFIGURATION},
)
class FunctionHandler:
    """AWS::Lambda::Function."""

    def create(self, request: Request) -> Physical:
        """Record the function."""
        function = request.call(
            "lambda",
            "create_function",
            FunctionName=request.name("FunctionName", NAME_CHARACTERS),
            Code=request.properties["Code"],
            Tags=request.tag_map(),
            **pick(request.properties, *CONFIGURATION),
        )
        return Physical(function["FunctionName"], {"Arn": function["FunctionArn"]})

    def update(self, request: Request, current: Resource) -> Physical:
        """Change code and configuration."""
        name = current.physical.id
        code = request.properties["Code"]
        request.call("lambda", "update_function_code", FunctionName=name, **code)
        request.call(
            "lambda",
            "update_function_configuration",
            FunctionName=name,
            **pick(request.properties, *CONFIGURATION),
        )
        function = {"Resource": current.physical.attributes["Arn"]}
        request.client("lambda").tag_resource(**function, Tags=request.tag_map())
        if stale := request.stale_tags(current):
            request.client("lambda").untag_resource(**function, TagKeys=stale)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the function."""
        try:
            request.client("lambda").delete_function(FunctionName=current.physical.id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ResourceNotFoundException":
                raise
