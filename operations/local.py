"""Command ``fraud local``: AWS on this machine, with this project's serving image.

Local AWS is a distribution of its own and knows no project: it is handed the image as
an option.
"""

import sys
from collections.abc import Sequence
from pathlib import Path

from local_aws.__main__ import main as local_aws

ROOT = Path(__file__).parents[1]
DOCUMENT = "packages/local-aws/docs/local-aws.md"
#: Any repository's images are the project's. Its server stays on this machine, with
#: one worker, as that of AWS's image has in local AWS.
OPTIONS = (
    "--image",
    f"*={ROOT},dockerfile=serving/Dockerfile,arguments=--host 127.0.0.1 --workers 1",
)


def main(arguments: Sequence[str]) -> int:
    """Serve until Ctrl-C; return the exit code."""
    # Its libraries take seconds to load.
    if not {"-h", "--help"}.intersection(arguments):
        print("Starting AWS on this machine", file=sys.stderr, flush=True)
    return local_aws([*OPTIONS, *arguments], program="fraud local", document=DOCUMENT)
