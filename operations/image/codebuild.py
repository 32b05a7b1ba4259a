"""Build the image in the account: upload the sources, start a build, follow its log."""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import boto3

from cdk_app.image_build import SOURCES_KEY, TAG_VARIABLE
from operations.account.errors import OperationError
from operations.account.logs import LogStreams
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
    log: LogStreams | None = None
    while not build.get("buildComplete"):
        wait(POLL_SECONDS)
        (build,) = codebuild.batch_get_builds(ids=[build["id"]])["builds"]
        where = build["logs"]
        if "streamName" in where:  # a build that waits for its machine has none yet
            log = log or LogStreams(session, where["groupName"])
            yield from log.new_lines(where["streamName"])
    if build["buildStatus"] != "SUCCEEDED":
        raise OperationError(
            f"{build['id']}: expected the build to succeed, it ended as "
            f"{build['buildStatus']}{_failed_phase(build)}; its log says why: "
            f"{build['logs'].get('deepLink', 'in CloudWatch')}"
        )


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
