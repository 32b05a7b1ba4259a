"""The options of ``fraud verify``."""

import argparse


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    options = argparse.ArgumentParser(
        prog="fraud verify",
        description="Verify an environment's live endpoint after a deployment: in "
        "service, on the configuration and artifact that the stack says, the "
        "artifact as pinned, its self-test row answered as recorded, and its decision "
        "rule published or set by hand. One line a check, with what differs and the "
        "remedy.",
        epilog="Exit status: 0 when all checks pass, 1 when one fails or AWS cannot "
        "be asked, 2 for a wrong option. Example: fraud verify --env prod",
    )
    options.add_argument("--env", default="dev", help="environment (default: dev)")
    return options
