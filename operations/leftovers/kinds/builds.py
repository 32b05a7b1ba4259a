"""Projects of CodeBuild, which cost nothing between builds."""

from collections.abc import Iterator

from operations.leftovers.account import Account
from operations.leftovers.ownership import as_mapping
from operations.leftovers.resources import Kind, Resource

_MOST_NAMES = 100  # that BatchGetProjects takes


def _projects(account: Account) -> Iterator[Resource]:
    codebuild = account.client("codebuild")
    names = list(account.pages("codebuild", "list_projects", "projects"))
    for first in range(0, len(names), _MOST_NAMES):
        some = names[first : first + _MOST_NAMES]
        for entry in codebuild.batch_get_projects(names=some)["projects"]:
            tags = as_mapping(entry.get("tags") or [])
            yield Resource("build project", entry["name"], entry["arn"], tags)


def _delete(account: Account, resource: Resource) -> str:
    account.client("codebuild").delete_project(name=resource.name)
    return "deleted"


PROJECTS = Kind("build project", _projects, _delete)
