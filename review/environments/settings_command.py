"""``fraud settings``: every value in force."""

import argparse
import sys
from collections.abc import Iterator, Sequence

from pydantic import BaseModel

from cdk_app.settings import SettingsError, load
from cdk_app.settings.reference import toml_value

DONE, FAILED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 if the settings cannot be read."""
    parser = argparse.ArgumentParser(
        prog="fraud settings",
        description="Print the settings of an environment that are in force, defaults "
        "included. docs/settings.md says what each means and takes.",
        epilog="example: fraud settings --env prod",
    )
    parser.add_argument("--env", default="dev", help="environment; default: dev")
    options = parser.parse_args(arguments)
    try:
        settings = load(options.env)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    for key, value, is_default in _values(settings, ""):
        if key != "environment":
            print(f"{key} = {value}{'  # default' if is_default else ''}")
    return DONE


def _values(section: BaseModel, prefix: str) -> Iterator[tuple[str, str, bool]]:
    for name in type(section).model_fields:
        value, key = getattr(section, name), f"{prefix}{name}"
        if isinstance(value, BaseModel):
            yield from _values(value, f"{key}.")
        else:
            yield key, toml_value(value), name not in section.model_fields_set
