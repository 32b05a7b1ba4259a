"""The files that ``serving/Dockerfile`` copies, read from its own ignore file."""

from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).parents[3]
IGNORE = ROOT / "serving" / "Dockerfile.dockerignore"


def copied_files() -> list[Path]:
    """Paths relative to the project: the last rule that matches a path decides."""
    rules = [
        line
        for line in IGNORE.read_text().splitlines()
        if line and not line.startswith("#")
    ]
    candidates = [
        path.relative_to(ROOT)
        for folder in ("artifact", "serving")
        for path in sorted((ROOT / folder).iterdir())
        if path.is_file()
    ]
    return [path for path in candidates if not _ignored(path.as_posix(), rules)]


def _ignored(path: str, rules: list[str]) -> bool:
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!")
        # Docker's * stops at a slash, and a rule for a folder covers what is in it.
        same_depth = pattern.count("/") == path.count("/") and fnmatch(path, pattern)
        if same_depth or (pattern in ("*", path.partition("/")[0])):
            ignored = not rule.startswith("!")
    return ignored
