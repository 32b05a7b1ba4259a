"""The options of ``fraud leftovers``."""

import argparse


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    options = argparse.ArgumentParser(
        prog="fraud leftovers",
        description="List what an environment has in the account and what it costs a "
        "month. Exits 0 only when nothing remains beyond what the settings retain, 1 "
        "when something does, 2 when the account cannot be read.",
        epilog="Example: fraud leftovers --env dev --delete",
    )
    options.add_argument("--env", default="dev", help="environment (default: dev)")
    options.add_argument(
        "--region", help="region to audit; default: the settings' or AWS_REGION"
    )
    options.add_argument(
        "--delete",
        action="store_true",
        help="remove what is in no stack and carries the environment's tags, after "
        "you typed the environment's name",
    )
    return options
