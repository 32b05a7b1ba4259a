"""The base of the image: the real one where its registry answers, else a stand-in.

The stand-in is Debian with this machine's CPython in `/usr/local`, as the real base has
it, and with this machine's certificates, so that pip reaches its index. With it, all is
proved but the base itself.
"""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from operations.account.errors import OperationError
from operations.image.sources import ROOT
from tests.image.engine import Engine, unpack

#: Python that the real base has; another one of this machine's serves where there is
#: none of it.
PYTHON = "python3.12"
LIBRARIES = "ca-certificates,libbz2-1.0,libffi8,liblzma5,libsqlite3-0,libssl3t64"
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
STAND_IN = "fraud-serving-base:stand-in"


def base_image(engine: Engine, directory: Path) -> str:
    """Return the name of a base that the engine has."""
    dockerfile = (ROOT / "serving" / "Dockerfile").read_text()
    found = re.search(r"^ARG BASE=(\S+)$", dockerfile, re.MULTILINE)
    assert found, "serving/Dockerfile names no base"
    real = found[1]
    if engine.root is None:
        engine(["pull", "--quiet", real])
        return real
    try:
        engine(["pull", "--quiet", real])
    except OperationError as error:
        print(f"{error}. A stand-in is built instead.", file=sys.stderr)
        return stand_in(engine, directory / "base")
    return real


def stand_in(engine: Engine, root: Path) -> str:
    unpack(root, LIBRARIES)
    copy_python(find_python(), root / "usr/local")
    shutil.copyfile(CERTIFICATES, root / CERTIFICATES.relative_to("/"))
    subprocess.run(["chroot", str(root), "ldconfig"], check=True)
    archive = root.with_suffix(".tar")
    subprocess.run(["tar", "-C", root, "-cf", archive, "."], check=True)
    variable = f"ENV PIP_CERT={CERTIFICATES}"
    engine(["import", "--change", variable, str(archive), STAND_IN])
    return STAND_IN


def find_python() -> Path:
    """Return the prefix of a CPython 3.12, else of the one that runs this."""
    candidates = [
        shutil.which(PYTHON),
        *sorted(Path("~/.pyenv/versions").expanduser().glob(f"*/bin/{PYTHON}")),
    ]
    for candidate in candidates:
        if candidate and (prefix := prefix_of(str(candidate))):
            return prefix
    return Path(sys.base_prefix)


def prefix_of(interpreter: str) -> Path | None:
    code = "import sys; print(sys.base_prefix)"
    done = subprocess.run(
        [interpreter, "-c", code],
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
    )
    prefix = Path(done.stdout.strip())
    return prefix if done.returncode == 0 and prefix != Path("/usr") else None


def copy_python(prefix: Path, target: Path) -> None:
    """Copy an installed CPython without tests and byte code, as the base has it."""
    unneeded = shutil.ignore_patterns("test", "__pycache__", "*.a", "site-packages")
    shutil.copytree(prefix, target, symlinks=True, dirs_exist_ok=True, ignore=unneeded)
    for python in sorted((target / "lib").glob("python3.*")):
        packages = python / "site-packages"
        packages.mkdir()
        installed = prefix / packages.relative_to(target) / "pip"
        if installed.is_dir():
            shutil.copytree(installed, packages / "pip")
    short = target / "bin" / "python"
    if not short.exists():
        short.symlink_to(f"python{sysconfig.get_python_version()}")
