"""``docs/scale.md``."""

from collections.abc import Sequence

from benchmarks.scale.running import Run


def write_document(runs: Sequence[Run]) -> None:
    """Write the document of all measurements."""
    raise SystemExit(f"{len(runs)} measurements")
