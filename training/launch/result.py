"""What a finished job left: its documents, and the command that deploys it."""

import json
from pathlib import Path

from artifact import layout
from cdk_app import naming
from operations.account.artifacts import PublishedArtifact
from operations.account.stacks import deploy_command

#: For people, beside the report that refers to them.
DOCUMENTS = (
    layout.REPORT,
    layout.MODEL_CARD,
    layout.METRICS,
    layout.CONFIG,
    layout.MANIFEST,
)


def save_documents(artifact: PublishedArtifact, directory: Path) -> list[Path]:
    """Write what people read of an artifact; return the paths."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in DOCUMENTS:
        if name in artifact.files:
            paths.append(directory / name)
            paths[-1].write_bytes(artifact.files[name])
    return paths


def deploy_command_of(
    environment: str, artifact: PublishedArtifact, image_uri: str | None = None
) -> str:
    """Return the command that deploys an artifact with its rule.

    ``image_uri`` is the project's own image, where the environment serves with it.
    """
    rule = json.dumps(artifact.decision_rule.as_dict(), separators=(",", ":"))
    parameters = {
        naming.ARTIFACT_URI_PARAMETER: artifact.uri,
        naming.MANIFEST_SHA256_PARAMETER: artifact.manifest_sha256,
        naming.DECISION_RULE_PARAMETER: rule,
    }
    if image_uri:
        parameters[naming.SERVING_IMAGE_PARAMETER] = image_uri
    return deploy_command(environment, "serving", parameters)
