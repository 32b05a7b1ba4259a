"""Documents made of the stored templates: ``docs/iam.md``, ``policies``, pictures."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import get_args

from cdk_app import prices
from cdk_app.naming import Unit, stack_name
from cdk_app.settings import environment_names
from cdk_app.wildcards import reason_for
from review import baselines, dashboard
from review.assembly import ROOT, Templates
from review.cost import document as cost
from review.deployer import deployment_policy
from review.instance_types import instance_types_list
from review.permissions import Statement, statements
from review.settings_page import settings_page

DOCS = ROOT / "docs"
UNITS: tuple[Unit, ...] = get_args(Unit)
_INTRODUCTION = """\
# Permissions of the roles

Made from the reviewed templates by `fraud review`; do not edit.
A test fails when this page and the templates differ.

Each role has one customer-managed policy that is attached as the role is created.
Every action is named. Where a resource holds a `*`, the last column says why it
cannot be narrower; `cdk_app/wildcards.py` is the only place for such reasons.
SageMaker may assume a role only for resources of the same account and region.
"""


def documents(docs: Path = DOCS) -> dict[Path, str]:
    """Return the text of every generated document, by its path."""
    stored = {
        name: templates
        for name in environment_names()
        if (templates := baselines.stored(name, docs / "templates"))
    }
    made = {docs / "iam.md": permissions_page(stored), **cost.documents(docs)}
    made[docs / "settings.md"] = settings_page()
    made[prices.INSTANCE_TYPES_FILE] = instance_types_list()
    for environment, templates in stored.items():
        for _, body in dashboard.dashboard_bodies(templates):
            picture = dashboard.draw(f"Dashboard of {environment}", body)
            made[docs / "pictures" / f"dashboard-{environment}.svg"] = picture
    for unit in UNITS:
        of_unit: Templates = {
            name: template
            for environment, templates in stored.items()
            for name, template in templates.items()
            if name == stack_name(environment, unit)
        }
        policy = json.dumps(deployment_policy(of_unit), indent=2)
        made[docs / "policies" / f"deploy-{unit}.json"] = policy + "\n"
    return made


def write(docs: Path = DOCS) -> list[Path]:
    """Write the generated documents; return those that changed."""
    changed = _changed(docs)
    for path, text in changed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(changed)


def stale(docs: Path = DOCS) -> list[Path]:
    """Return the generated documents that are not what the templates say."""
    return list(_changed(docs))


def _changed(docs: Path) -> dict[Path, str]:
    return {
        path: text
        for path, text in documents(docs).items()
        if not path.is_file() or path.read_text(encoding="utf-8") != text
    }


def permissions_page(environments: dict[str, Templates]) -> str:
    """Return ``docs/iam.md``."""
    lines = [_INTRODUCTION]
    for environment, templates in environments.items():
        lines += [f"## {environment}", ""]
        for stack in sorted(templates):
            found = statements({stack: templates[stack]})
            if found:
                lines += [f"### {stack}", "", *permissions_table(found), ""]
    return "\n".join(lines).rstrip() + "\n"


def permissions_table(found: Iterable[Statement]) -> list[str]:
    """Return statements as the lines of a Markdown table."""
    lines = [
        "| statement | actions | resources | only if | why a wildcard |",
        "|---|---|---|---|---|",
    ]
    for item in found:
        wild = [resource for resource in item.resources if "*" in resource]
        reasons = {reason_for(item.sid, resource) or "" for resource in wild}
        cells = (
            item.sid,
            "<br>".join(item.actions),
            "<br>".join(f"`{resource}`" for resource in item.resources),
            item.condition,
            " ".join(sorted(reasons)),
        )
        lines.append(f"| {' | '.join(cell.replace('|', ' ') for cell in cells)} |")
    return lines
