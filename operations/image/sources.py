"""What the image is made of: the files that its ignore file lets into a build."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
IGNORE_FILE = Path("serving/Dockerfile.dockerignore")

_TAG_CHARACTERS = 16
#: ZIP knows no earlier time; a fixed one makes equal sources equal bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Sources:
    """The files, by their path in the project.

    Attributes
    ----------
    files
        In the order of their paths; the lock, `serving/requirements.txt`, is one.
    """

    files: dict[str, bytes]

    @property
    def tag(self) -> str:
        """Tag of the image that they make: the beginning of their SHA-256."""
        digest = hashlib.sha256()
        for name, content in self.files.items():
            digest.update(f"{len(name)} {name} {len(content)} ".encode())
            digest.update(content)
        return digest.hexdigest()[:_TAG_CHARACTERS]

    def packed(self) -> bytes:
        """Return a ZIP archive of them, the same bytes for the same files."""
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self.files.items():
                entry = zipfile.ZipInfo(name, _TIME)
                entry.external_attr = 0o644 << 16
                entry.compress_type = zipfile.ZIP_DEFLATED
                archive.writestr(entry, content)
        return buffer.getvalue()


def read_sources(root: Path = ROOT) -> Sources:
    """Read the image's sources from a checkout."""
    return Sources({name: (root / name).read_bytes() for name in sorted(_names(root))})


def _names(root: Path) -> Iterator[str]:
    lines = (root / IGNORE_FILE).read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    for rule in rules:
        if rule.startswith("!"):
            for path in (root / rule.removeprefix("!")).rglob("*"):
                inner = PurePosixPath(path.relative_to(root))
                if path.is_file() and not _is_ignored(inner, rules):
                    yield str(inner)


def _is_ignored(path: PurePosixPath, rules: list[str]) -> bool:
    """Whether a file stays out of a build: the last rule that matches it decides.

    A rule is of a file, or of a folder and with it all that is in it; a leading ``**/``
    matches at any depth.
    https://docs.docker.com/build/concepts/context/#dockerignore-files
    """
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!")
        for one in (path, *path.parents[:-1]):
            name = one.name if pattern.startswith("**/") else str(one)
            if fnmatchcase(name, pattern.removeprefix("**/")):
                ignored = not rule.startswith("!")
    return ignored
