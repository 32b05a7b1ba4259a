"""The options of ``fraud cost``."""

import argparse
from pathlib import Path

from review.cost.workload import Workload


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    options = argparse.ArgumentParser(
        prog="fraud cost",
        description="Estimate a month's cost from the synthesized templates. Exits 1 "
        "when a price is unknown, a resource type is neither priced nor known to be "
        "free, or the environment's monthly_cost_ceiling_usd is passed.",
        epilog="Example: fraud cost --env prod --requests-per-month 3e6",
    )
    use = Workload()
    options.add_argument("--env", default="dev", help="environment (default: dev)")
    options.add_argument(
        "--all", action="store_true", help="one row for every environment"
    )
    options.add_argument(
        "--region",
        action="append",
        help="region to price; default: the settings', else the shell's, else "
        "us-east-1. With --refresh it may be given several times, and adds a region "
        "to the file",
    )
    options.add_argument(
        "--templates",
        type=Path,
        metavar="DIRECTORY",
        help="where the templates are; default: cdk.out, else docs/templates/<env>",
    )
    options.add_argument(
        "--requests-per-month",
        type=float,
        metavar="N",
        default=use.requests_per_month,
        help="default: %(default)s",
    )
    options.add_argument(
        "--training-hours",
        type=float,
        metavar="H",
        default=use.training_hours,
        help="of one instance, a month; default: %(default)s",
    )
    options.add_argument(
        "--milliseconds",
        type=float,
        metavar="MS",
        default=use.seconds_per_request * 1000,
        help="time of one request in the container; default: %(default)s, measured",
    )
    options.add_argument(
        "--stored-gb",
        type=float,
        metavar="GB",
        default=use.stored_gb_per_bucket,
        help="held by each bucket; default: %(default)s",
    )
    options.add_argument(
        "--picture",
        type=Path,
        metavar="FILE.svg",
        help="also draw cost over traffic for the hosting options",
    )
    options.add_argument(
        "--refresh",
        action="store_true",
        help="rewrite the price file from the AWS Price List API, then stop",
    )
    return options
