"""The options of ``fraud image``."""

import argparse


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    options = argparse.ArgumentParser(
        prog="fraud image",
        description="Have the serving image of these sources in the repository of an "
        "environment's training stack: found there, or built in the account by "
        "CodeBuild.",
        epilog="Example: fraud image --env prod",
    )
    options.add_argument("--env", default="dev", help="environment (default: dev)")
    options.add_argument(
        "--local",
        action="store_true",
        help="build with this machine's Docker, 23 or newer, instead",
    )
    return options
