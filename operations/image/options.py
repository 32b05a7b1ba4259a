"""The options of ``fraud image``."""

import argparse


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    options = argparse.ArgumentParser(
        prog="fraud image",
        description="Build the serving image and push it to the repository of an "
        "environment's training stack.",
        epilog="Example: fraud image --env prod",
    )
    options.add_argument("--env", default="dev", help="environment (default: dev)")
    return options
