"""Build the image in the account: upload the sources, start a build, follow its log."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3

from cdk_app.image_build import SOURCES_KEY, TAG_VARIABLE
from operations.account.errors import OperationError
from operations.image.sources import Sources

if TYPE_CHECKING:
    from mypy_boto3_codebuild.type_defs import BuildTypeDef

POLL_SECONDS = 3.0


def build_in_account(
    session: boto3.Session,
    sources: Sources,
    *,
    bucket: str,
    project: str,
    wait: Callable[[float], None] = time.sleep,
) -> Iterator[str]:
    """Build and push the image with an environment's CodeBuild project.

    Yields the lines of the build's log. The build reads one version of one object,
    so that builds started together do not take each other's sources.

    Raises
    ------
    OperationError
        If the build does not succeed.
    """
    stored = session.client("s3").put_object(
        Bucket=bucket, Key=SOURCES_KEY, Body=sources.packed()
    )
    codebuild = session.client("codebuild")
    build = codebuild.start_build(
        projectName=project,
        sourceVersion=stored["VersionId"],
        environmentVariablesOverride=[
            {"name": TAG_VARIABLE, "value": sources.tag, "type": "PLAINTEXT"}
        ],
    )["build"]
    log = _Log(session)
    while not build.get("buildComplete"):
        wait(POLL_SECONDS)
        (build,) = codebuild.batch_get_builds(ids=[build["id"]])["builds"]
        yield from log.new_lines(build)
    if build["buildStatus"] != "SUCCEEDED":
        raise OperationError(
            f"{build['id']}: expected the build to succeed, it ended as "
            f"{build['buildStatus']}{_failed_phase(build)}; its log says why: "
            f"{build['logs'].get('deepLink', 'in CloudWatch')}"
        )


class _Log:
    """Lines of a build's log, each once."""

    def __init__(self, session: boto3.Session) -> None:
        self._logs = session.client("logs")
        self._position: dict[str, str] = {}

    def new_lines(self, build: "BuildTypeDef") -> Iterator[str]:
        where = build["logs"]
        if "streamName" not in where:
            return
        while True:
            page = self._logs.get_log_events(
                logGroupName=where["groupName"],
                logStreamName=where["streamName"],
                startFromHead=True,
                **self._position,  # type: ignore[arg-type]
            )
            yield from (event["message"].rstrip() for event in page["events"])
            position = page["nextForwardToken"]
            if position == self._position.get("nextToken"):
                return
            self._position = {"nextToken": position}


def _failed_phase(build: "BuildTypeDef") -> str:
    for phase in build.get("phases", []):
        if phase.get("phaseStatus") not in {None, "SUCCEEDED"}:
            said = "; ".join(
                context["message"]
                for context in phase.get("contexts", [])
                if context.get("message")
            )
            return f" in {phase['phaseType']}" + (f" ({said})" if said else "")
    return ""
