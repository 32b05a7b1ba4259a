"""The files that ``serving/Dockerfile`` copies, as its ignore file leaves them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[3]


def copied_files() -> list[Path]:
    """Paths relative to the project: the two packages, but what a caller runs."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "artifact", "serving"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [
        Path(line)
        for line in listed.stdout.splitlines()
        if (ROOT / line).exists() and not line.startswith("artifact/history/")
    ]
