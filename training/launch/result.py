"""What a finished job left: its documents, and the command that deploys it."""

import json
import re
import shlex
from pathlib import Path

from artifact.archive import Documents
from artifact.decision import DecisionRule
from cdk_app import naming
from operations.account.artifacts import DOCUMENTS
from operations.account.stacks import deploy_command

#: As SageMaker allows them.
_JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
#: ``s3://bucket/<job>/output/model.tar.gz``, split at its slashes.
_PARTS_OF_A_JOBS_URI = 6


def documents_dir(artifact_uri: str, artifact: Documents) -> Path:
    """Return ``out/<job name>/`` in the current directory.

    An artifact that no job wrote goes to a directory named by its manifest's hash:
    its key is anybody's choice, and a part of it such as ``..`` leads elsewhere.
    """
    parts = artifact_uri.split("/")
    job_name = parts[-3] if len(parts) >= _PARTS_OF_A_JOBS_URI else ""
    if not _JOB_NAME.fullmatch(job_name):
        job_name = f"artifact-{artifact.manifest_sha256[:12]}"
    return Path("out", job_name)


def save_documents(artifact: Documents, directory: Path) -> list[Path]:
    """Write what people read of an artifact; return the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in DOCUMENTS:
        if name in artifact.files:
            paths.append(directory / name)
            paths[-1].write_bytes(artifact.files[name])
    return paths


def deploy_command_of(
    environment: str,
    artifact_uri: str,
    artifact: Documents,
    rule: DecisionRule,
    image_uri: str | None = None,
) -> str:
    """Return the command that deploys an artifact with a rule.

    ``image_uri`` is the project's own image, where the environment serves with it.
    """
    parameters = {
        naming.ARTIFACT_URI_PARAMETER: artifact_uri,
        naming.MANIFEST_SHA256_PARAMETER: artifact.manifest_sha256,
        naming.DECISION_RULE_PARAMETER: json.dumps(
            rule.as_dict(), separators=(",", ":")
        ),
    }
    if image_uri:
        parameters[naming.SERVING_IMAGE_PARAMETER] = image_uri
    deploy = deploy_command(environment, "serving", parameters)
    commands = [deploy]
    if artifact.manifest.history is not None:
        # What the table has of payments stays as it is.
        commands.append(f"fraud history seed --env {environment}")
    # CloudFormation calls a deployment a success that SageMaker rolled back.
    commands.append(f"fraud verify --env {environment}")
    return " \\\n  && ".join(commands)


def score_command_of(environment: str, example: Path) -> str:
    """Say how to ask a live endpoint about the typical transaction."""
    return (
        f"Once it is live, ask it about {example.name}, a typical transaction of\n"
        "these data, or about a list, JSON Lines or a CSV of your own:\n\n"
        f"fraud score --env {environment} --file {shlex.quote(str(example))}"
    )
