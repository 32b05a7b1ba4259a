"""Projects of CodeBuild; `local_aws.codebuild` runs their builds."""

from typing import Any

from local_aws.cloudformation.resources.base import Request, handles
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 255
#: Properties as CloudFormation names them, and the API's names for them.
SETTINGS = {
    "Artifacts": "artifacts",
    "Description": "description",
    "Environment": "environment",
    "LogsConfig": "logsConfig",
    "ServiceRole": "serviceRole",
    "Source": "source",
    "TimeoutInMinutes": "timeoutInMinutes",
}

FLAG = "PrivilegedMode"


@handles(
    "AWS::CodeBuild::Project",
    immutable={"Name"},
    applies={"Name", "Tags", "EncryptionKey", *SETTINGS},
)
class ProjectHandler:
    """AWS::CodeBuild::Project."""

    def create(self, request: Request) -> Physical:
        """Create the project."""
        return self._put(request, request.name("Name", NAME_CHARACTERS))

    def update(self, request: Request, current: Resource) -> Physical:
        """Put the project as it is now in the place of what it was."""
        return self._put(request, current.physical.id)

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the project; CodeBuild does not mind one that is gone."""
        request.client("codebuild").delete_project(name=current.physical.id)

    def _put(self, request: Request, name: str) -> Physical:
        settings = {
            theirs: _as_api(request.properties[ours])
            for ours, theirs in SETTINGS.items()
            if ours in request.properties
        }
        if "timeoutInMinutes" in settings:
            settings["timeoutInMinutes"] = int(settings["timeoutInMinutes"])
        project = request.client("codebuild").create_project(
            name=name,
            tags=[
                {key.lower(): value for key, value in tag.items()}
                for tag in request.tag_list()
            ],
            **settings,
        )["project"]
        return Physical(name, {"Arn": project["arn"]})


def _as_api(value: Any) -> Any:  # noqa: ANN401
    """Return a property with the API's names, which begin with a small letter."""
    if isinstance(value, dict):
        return {
            _api_name(name): (
                str(item).lower() == "true" if name == FLAG else _as_api(item)
            )
            for name, item in value.items()
        }
    if isinstance(value, list):
        return [_as_api(item) for item in value]
    return value


def _api_name(name: str) -> str:
    special = {"BuildSpec": "buildspec", "CloudWatchLogs": "cloudWatchLogs"}
    return special.get(name, name[0].lower() + name[1:])
