"""Reading ``environments/<name>.toml``."""

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from cdk_app.settings.explanations import SettingsError, explain
from cdk_app.settings.model import Settings

ENVIRONMENTS_DIRECTORY = Path(__file__).parents[1] / "environments"
ENVIRONMENT_NAME = re.compile(r"[a-z][a-z0-9]{0,11}")


def environment_names(directory: Path = ENVIRONMENTS_DIRECTORY) -> list[str]:
    """Return the names of the environments that have a settings file."""
    return sorted(path.stem for path in directory.glob("*.toml"))


def load(environment: str, directory: Path = ENVIRONMENTS_DIRECTORY) -> Settings:
    """Read and validate the settings of one environment.

    Raises
    ------
    SettingsError
        If there is no such environment, or its file is not valid; the message
        names the file, the field, what was expected, what was found and the remedy.
    """
    if not ENVIRONMENT_NAME.fullmatch(environment):
        raise SettingsError(
            f"env: expected an environment's name (up to 12 lower-case letters and "
            f"digits), got {environment!r}; use one of "
            f"{', '.join(environment_names(directory))}."
        )
    path = directory / f"{environment}.toml"
    file = f"{directory.parent.name}/{directory.name}/{path.name}"
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SettingsError(
            f"env: expected one of {', '.join(environment_names(directory))}, "
            f"got {environment!r}; choose one of these or add {file}."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{file}: expected a readable UTF-8 text file, got {error}; restore it."
        ) from None
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(
            f"{file}: expected valid TOML, got {error}; correct that line."
        ) from None
    if "environment" in values:
        raise SettingsError(
            f"{file}: environment: expected no such key, because the file's name is "
            f"the environment's, got {values['environment']!r}; remove it."
        )
    try:
        return Settings(environment=environment, **values)
    except ValidationError as error:
        raise SettingsError(explain(file, error, Settings)) from None
