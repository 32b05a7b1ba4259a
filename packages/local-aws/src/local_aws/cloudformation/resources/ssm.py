"""Parameters of the Systems Manager's parameter store."""

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles, pick
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 1_011
SETTINGS = ("Value", "Type", "Description", "AllowedPattern", "Tier")


@handles("AWS::SSM::Parameter", immutable={"Name"})
class ParameterHandler:
    """AWS::SSM::Parameter."""

    def create(self, request: Request) -> Physical:
        """Put the parameter."""
        name = request.name("Name", NAME_CHARACTERS)
        request.client("ssm").put_parameter(
            Name=name, Tags=request.tag_list(), **pick(request.properties, *SETTINGS)
        )
        return _parameter(request, name)

    def update(self, request: Request, current: Resource) -> Physical:
        """Overwrite the parameter."""
        request.client("ssm").put_parameter(
            Name=current.physical.id,
            Overwrite=True,
            **pick(request.properties, *SETTINGS),
        )
        return _parameter(request, current.physical.id)

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the parameter."""
        try:
            request.client("ssm").delete_parameter(Name=current.physical.id)
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterNotFound":
                raise


def _parameter(request: Request, name: str) -> Physical:
    properties = request.properties
    return Physical(name, {"Type": properties["Type"], "Value": properties["Value"]})
