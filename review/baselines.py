"""The reviewed templates in ``docs/templates/<environment>``."""

import json
import subprocess
from pathlib import Path

from review.assembly import ROOT, Assembly, Templates

DIRECTORY = ROOT / "docs" / "templates"
_SUFFIX = ".template.json"


def stale(assembly: Assembly, directory: Path = DIRECTORY) -> list[str]:
    """Return the stacks whose stored template is not what synth writes."""
    stored = _stored(directory / assembly.environment)
    return sorted(
        name
        for name in stored.keys() | assembly.text.keys()
        if stored.get(name) != assembly.text.get(name)
    )


def write(assembly: Assembly, directory: Path = DIRECTORY) -> None:
    """Store the templates as synth wrote them; remove those of stacks that are gone."""
    target = directory / assembly.environment
    target.mkdir(parents=True, exist_ok=True)
    for name in _stored(target).keys() - assembly.text.keys():
        (target / f"{name}{_SUFFIX}").unlink()
    for name, text in assembly.text.items():
        (target / f"{name}{_SUFFIX}").write_text(text, encoding="utf-8")


def last_version(assembly: Assembly, directory: Path = DIRECTORY) -> Templates:
    """Return the templates of the last commit, or the stored ones without git."""
    target = directory / assembly.environment
    names = assembly.text.keys() | _stored(target).keys()
    committed = {name: _committed(target / f"{name}{_SUFFIX}") for name in names}
    if any(committed.values()):
        texts = {name: text for name, text in committed.items() if text is not None}
    else:
        texts = _stored(target)
    return {name: json.loads(text) for name, text in texts.items()}


def stored(environment: str, directory: Path = DIRECTORY) -> Templates:
    """Return an environment's stored templates."""
    return {
        name: json.loads(text)
        for name, text in _stored(directory / environment).items()
    }


def _stored(target: Path) -> dict[str, str]:
    return {
        path.name.removesuffix(_SUFFIX): path.read_text(encoding="utf-8")
        for path in sorted(target.glob(f"*{_SUFFIX}"))
    }


def _committed(path: Path) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 -- a path of this project
            ["git", "show", f"HEAD:./{path.name}"],  # noqa: S607 -- the user's git
            cwd=path.parent,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return None
    return done.stdout if done.returncode == 0 else None
