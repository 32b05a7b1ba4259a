"""The options of ``fraud rule``."""

import argparse


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    options = argparse.ArgumentParser(
        prog="fraud rule",
        description="Show the decision rule that an environment publishes, or set it\n"
        "without a deployment.",
        epilog="""\
Example: fraud rule --env dev --set '{"policy": "threshold", "threshold": 0.4}'

To alert when probability * (amount + fixed loss) exceeds the cost of a review:

  fraud rule --env dev --set '{"policy": "expected-value", "review_cost": 5,
    "fixed_loss_per_fraud": 20, "amount": "Amount"}'""",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--env", default="dev", help="environment (default: dev)")
    options.add_argument(
        "--set",
        metavar="RULE",
        help='the new rule in JSON, such as {"policy": "threshold", "threshold": 0.4}',
    )
    return options
