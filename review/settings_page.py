"""``docs/settings.md``: every setting, from the models and the shipped files."""

import tomllib
from collections.abc import Iterable, Mapping
from typing import Any

from cdk_app.settings import environment_names
from cdk_app.settings.loading import ENVIRONMENTS_DIRECTORY
from cdk_app.settings.model import Settings
from cdk_app.settings.reference import Setting, example_of, settings_of, toml_value

_INTRODUCTION = """\
# Settings

Made from the models in `cdk_app/settings` by `fraud review`; do not edit.
A test fails when this page and the models differ.

An environment is a file `cdk_app/environments/<env>.toml`; a key `hosting.kind` stands
in its table `[hosting]`. `fraud settings --env prod` prints the values in force,
defaults included, and `fraud env new qa --like dev` makes a new environment. To be rid
of it again, destroy its stacks first (`npx cdk destroy --all --force -c env=qa`), see
that `fraud leftovers --env qa` exits 0, then delete the file, `docs/templates/qa` and
`docs/pictures/dashboard-qa.svg`, and run `make review`.
Where a table may be left out, its keys are required only within it.
"""
_HEAD = ("key", "what is expected", "default", "example", "when it changes", "meaning")


def settings_page() -> str:
    """Return the page."""
    shipped = {
        name: tomllib.loads((ENVIRONMENTS_DIRECTORY / f"{name}.toml").read_text())
        for name in environment_names()
    }
    lines, table = [_INTRODUCTION.rstrip()], ""
    for setting in settings_of(Settings):
        section = setting.key.partition(".")[0]
        if section != table:
            table = section
            lines += ["", f"## {section}", "", _row(_HEAD), "|---" * len(_HEAD) + "|"]
        lines.append(_row(_cells(setting, shipped)))
    return "\n".join((*lines, ""))


def _cells(setting: Setting, shipped: Mapping[str, Any]) -> Iterable[str]:
    only = f" (only `{setting.variant}`)" if setting.variant else ""
    yield f"`{setting.key}`{only}"
    yield setting.expected
    yield f"`{setting.default}`" if setting.default else "required"
    yield f"`{_shipped_or_example(setting, shipped)}`"
    yield setting.effect
    yield setting.meaning.replace("``", "`")


def _shipped_or_example(setting: Setting, shipped: Mapping[str, Any]) -> str:
    """Return a value that a shipped environment has, or one made for the purpose."""
    for values in shipped.values():
        found: Any = values
        for part in setting.key.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        if found is not None and not isinstance(found, dict):
            return toml_value(found)
    return example_of(setting)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
