"""Parameters of the Systems Manager's parameter store."""

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles, pick
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 1_011
SETTINGS = ("Value", "Type", "Description", "AllowedPattern", "Tier")


@handles("AWS::SSM::Parameter", immutable={"Name"}, applies={"Name", "Tags", *SETTINGS})
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
        ssm = request.client("ssm")
        name = current.physical.id
        # What is left out stays as it was.
        cleared = {"Description": ""} if "Description" in current.properties else {}
        ssm.put_parameter(
            Name=name,
            Overwrite=True,
            **{**cleared, **pick(request.properties, *SETTINGS)},
        )
        parameter = {"ResourceType": "Parameter", "ResourceId": name}
        ssm.add_tags_to_resource(**parameter, Tags=request.tag_list())
        if stale := request.stale_tags(current):
            ssm.remove_tags_from_resource(**parameter, TagKeys=stale)
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
