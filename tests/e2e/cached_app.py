"""``app.py`` for the CDK CLI of the tests: the same templates are synthesized once.

Synthesis is pure (tests/infrastructure/test_app.py), so its result is kept under a hash
of what it reads: the sources and the context. Each of some thirty commands would load
the CDK's kernel anew otherwise, which is most of its processor time.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".pytest_cache" / "assemblies"
#: What synthesis reads.
SOURCES = ("app.py", "cdk.json", "uv.lock", "cdk_app", "stacks", "review", "serving")
#: The CLI's context, and where a long one is.
VARIABLES = ("CDK_CONTEXT_JSON", "CONTEXT_OVERFLOW_LOCATION_ENV")


def key() -> str:
    """Hash of everything that the templates depend on."""
    digest = hashlib.sha256()
    for name in SOURCES:
        place = ROOT / name
        files = sorted(place.rglob("*")) if place.is_dir() else [place]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(f"{file.relative_to(ROOT)}\0".encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    for name in VARIABLES:
        value = os.environ.get(name, "")
        if name != VARIABLES[0] and value:
            value = Path(value).read_text(encoding="utf-8")
        digest.update(f"{name}={value}\0".encode())
    return digest.hexdigest()[:32]


def main() -> int:
    """Synthesize or copy; returns the exit status of `app.py`."""
    CACHE.mkdir(parents=True, exist_ok=True)
    kept = CACHE / key()
    with (CACHE / f"{kept.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.is_dir():
            made = CACHE / f"{kept.name}.making"
            shutil.rmtree(made, ignore_errors=True)
            done = subprocess.run(
                [sys.executable, "app.py"],
                cwd=ROOT,
                env={**os.environ, "CDK_OUTDIR": str(made / "assembly")},
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
            if done.returncode:
                sys.stderr.write(done.stderr)
                return done.returncode
            (made / "stderr").write_text(done.stderr, encoding="utf-8")
            made.rename(kept)
    sys.stderr.write((kept / "stderr").read_text(encoding="utf-8"))
    shutil.copytree(kept / "assembly", os.environ["CDK_OUTDIR"], dirs_exist_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
