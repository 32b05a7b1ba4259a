"""Synthesizing an environment for review, and reading what synth wrote."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_REPORT = "validation-report.json"


Templates = dict[str, dict[str, Any]]
"""Templates by stack name."""


class ReviewError(Exception):
    """A review that cannot be made; the message says why."""


@dataclass(frozen=True)
class Acceptance:
    """A rule's finding that the code accepts on one resource, for a reason."""

    rule: str
    resource: str
    reason: str


@dataclass(frozen=True)
class Finding:
    """What a check has against a resource."""

    check: str
    rule: str
    resource: str
    message: str


@dataclass(frozen=True)
class Assembly:
    """The templates of one environment, and what the security rules say of them."""

    environment: str
    templates: Templates
    text: dict[str, str]
    """The same, as synth wrote them."""
    acceptances: tuple[Acceptance, ...]
    findings: tuple[Finding, ...]


def synthesize(environment: str, directory: Path) -> Assembly:
    """Run ``app.py`` as the CDK CLI does, with the environment's rule packs.

    Raises
    ------
    ReviewError
        If the application does not synthesize; the message is its own.
    """
    context = json.loads((ROOT / "cdk.json").read_text(encoding="utf-8"))["context"]
    done = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env={
            **os.environ,
            "CDK_OUTDIR": str(directory),
            "CDK_CONTEXT_JSON": json.dumps(
                {**context, "env": environment, "review": True}
            ),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and not (directory / _REPORT).is_file():
        raise ReviewError(done.stderr.strip())
    return read(environment, directory)


def read(environment: str, directory: Path) -> Assembly:
    """Read an assembly that was synthesized for review."""
    suffix = ".template.json"
    paths = sorted(directory.glob(f"*{suffix}"))
    text = {
        path.name.removesuffix(suffix): path.read_text(encoding="utf-8")
        for path in paths
    }
    return Assembly(
        environment=environment,
        templates={name: json.loads(content) for name, content in text.items()},
        text=text,
        acceptances=tuple(_acceptances(directory)),
        findings=tuple(_findings(directory)),
    )


def _acceptances(directory: Path) -> list[Acceptance]:
    return [
        Acceptance(rule.removeprefix("Annotation::"), path.removeprefix("/"), reason)
        for file in sorted(directory.glob("*.metadata.json"))
        for path, entries in json.loads(file.read_text(encoding="utf-8")).items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for rule, reason in entry["data"].items()
    ]


def _findings(directory: Path) -> list[Finding]:
    path = directory / _REPORT
    if not path.is_file():
        raise ReviewError(
            f"{_REPORT}: expected the security rules' report in {directory}, got none; "
            "synthesize for review with the context 'review'."
        )
    report = json.loads(path.read_text(encoding="utf-8"))
    return [
        Finding(
            check=plugin["pluginName"],
            rule=violation["ruleName"],
            resource=construct["constructPath"],
            message=violation["description"],
        )
        for plugin in report["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    ]
