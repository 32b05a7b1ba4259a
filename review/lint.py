"""cfn-lint over the synthesized templates."""

import json
import subprocess
import sys
from pathlib import Path

from review.assembly import Assembly, Finding, ReviewError


def lint(assembly: Assembly, directory: Path) -> list[Finding]:
    """Return what cfn-lint says of the templates in ``directory``.

    Raises
    ------
    ReviewError
        If cfn-lint itself fails.
    """
    paths = [str(directory / f"{name}.template.json") for name in assembly.templates]
    done = subprocess.run(  # noqa: S603 -- the linter of the lock
        [sys.executable, "-m", "cfnlint", "--format", "json", *paths],
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        matches = json.loads(done.stdout or "[]")
    except json.JSONDecodeError:
        raise ReviewError(f"cfn-lint: {done.stderr.strip()}") from None
    return [
        Finding(
            check="cfn-lint",
            rule=match["Rule"]["Id"],
            resource=_where(match),
            message=match["Message"],
        )
        for match in matches
    ]


def _where(match: dict[str, object]) -> str:
    stack = Path(str(match["Filename"])).name.removesuffix(".template.json")
    location = match["Location"]
    path = location.get("Path") if isinstance(location, dict) else None
    return "/".join([stack, *map(str, path or ())])
