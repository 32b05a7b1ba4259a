"""What a container is started with: /opt/ml on disk, environment variables, paths.

There is no Docker here, so /opt/ml is a directory of its own per container and every
/opt/ml path that reaches the container through SageMaker (entry point, arguments,
environment variables, the SDK's driver files) is rewritten to it. A mount namespace
would keep the paths, but needs privileges that many machines refuse.
"""

import os
import re
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

OPT_ML = re.compile(r"(?<![\w.\-/])/opt/ml(?![\w.\-])")
DIRECTORIES = ("input/config", "input/data", "model", "output/data", "code")
SITE = Path(__file__).with_name("site")
# What a program may need of this machine. Nothing else is passed on: a container does
# not see the environment of whoever started it.
PASSED_ON = ("LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "SSL_CERT_DIR")


@dataclass(frozen=True)
class ContainerDirectory:
    """One container's files.

    Attributes
    ----------
    root
        The container's own directory; also its working directory and home.
    """

    root: Path

    @classmethod
    def create(cls, parent: Path, name: str) -> Self:
        """Lay out an empty container under a parent directory."""
        root = Path(tempfile.mkdtemp(prefix=f"{name[:40]}-", dir=parent))
        container = cls(root)
        for directory in DIRECTORIES:
            (container.ml / directory).mkdir(parents=True)
        container.temporary.mkdir()
        return container

    @property
    def ml(self) -> Path:
        """What the container knows as /opt/ml."""
        return self.root / "opt" / "ml"

    @property
    def temporary(self) -> Path:
        """What the container knows as /tmp."""
        return self.root / "tmp"

    @property
    def packages(self) -> Path:
        """Where pip installs what the container asks for, out of the project's way."""
        return self.root / "site-packages"

    def rewrite(self, text: str) -> str:
        """Return a text with its /opt/ml paths pointing to this container."""
        return OPT_ML.sub(lambda _: str(self.ml), text)

    def rewrite_files(self, directory: Path) -> None:
        """Rewrite the /opt/ml paths in all text files below a directory."""
        for path in directory.rglob("*"):
            if not path.is_file():
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue
            rewritten = self.rewrite(text)
            if rewritten != text:
                path.write_text(rewritten, encoding="utf-8")

    def environment(
        self, url: str, region: str, variables: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the complete environment of the container's processes.

        Its own variables come last; their /opt/ml paths are rewritten.
        """
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        python_path = os.pathsep.join((str(SITE), str(self.packages)))
        if "PYTHONPATH" in variables:
            python_path += os.pathsep + self.rewrite(variables["PYTHONPATH"])
        return {
            **passed_on,
            "PATH": _path(),
            "HOME": str(self.root),
            "TMPDIR": str(self.temporary),
            "PYTHONUNBUFFERED": "1",
            # Bytecode goes where the files are in AWS too, but pip's target is ours.
            "PIP_TARGET": str(self.packages),
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "AWS_ENDPOINT_URL": url,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            **{name: self.rewrite(value) for name, value in variables.items()},
            "PYTHONPATH": python_path,
        }


class LaunchError(Exception):
    """A container's settings do not say what to run."""


@dataclass(frozen=True)
class ServingLaunch:
    """A serving container: its files, complete environment, and port to listen on.

    Attributes
    ----------
    fetch_archive
        Unpacks the tar.gz object at an S3 URI into a directory.
    """

    container: ContainerDirectory
    environment: Mapping[str, str]
    port: int
    fetch_archive: Callable[[str, Path], None]


@dataclass(frozen=True)
class TrainingLaunch:
    """A training container: its files, complete environment, and job's settings."""

    container: ContainerDirectory
    environment: Mapping[str, str]
    hyperparameters: Mapping[str, str]
    fetch_archive: Callable[[str, Path], None]


def _path() -> str:
    scripts = sysconfig.get_path("scripts")
    interpreter = str(Path(sys.executable).parent)
    return os.pathsep.join(
        dict.fromkeys([scripts, interpreter, *os.defpath.split(os.pathsep)])
    )
