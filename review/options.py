"""The options of ``fraud review``."""

import argparse


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    options = argparse.ArgumentParser(
        prog="fraud review",
        description="Synthesize for review. Checks the templates with cdk-nag, "
        "cfn-lint, the IAM wildcard list and the cost ceiling, and writes the "
        "templates to docs/templates/<env>, docs/iam.md, docs/policies and the review "
        "to out/review-<env>.md. Exits 1 when a finding is open.",
        epilog="Example: fraud review --env prod",
    )
    options.add_argument("--env", help="environment; default: all of them")
    options.add_argument(
        "--check",
        action="store_true",
        help="write nothing; also exit 1 when what is stored differs from synth",
    )
    return options
