"""The options of ``fraud launch``: its own, and those of training."""

import argparse
from pathlib import Path

from training.command_line import build_parser
from training.option_types import integer

EMBEDDED_DATA = Path(__file__).parents[2] / "data" / "creditcard-sample.csv.gz"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command; what it leaves is training's."""
    usage_and_options = build_parser(help_too=False).format_help()
    options = usage_and_options.partition("its artifact.\n\n")[2]
    own = argparse.ArgumentParser(
        prog="fraud launch",
        description="Train in a SageMaker job and print the command that deploys the "
        "model.",
        epilog="Example: fraud launch --env dev --data data.csv --model vote\n\n"
        f"Options of training, passed to the job:\n\n{options}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    own.add_argument("--env", default="dev", help="environment (default: dev)")
    own.add_argument(
        "--data",
        default=str(EMBEDDED_DATA),
        metavar="PATH",
        help="file, directory of parts, or s3:// URI (default: the embedded sample)",
    )
    own.add_argument(
        "--instances",
        type=integer(at_least=1),
        default=1,
        metavar="N",
        help="train one model on so many instances, each of which reads its share of "
        "the files; with --model xgboost or logistic-regression (default: %(default)s)",
    )
    own.add_argument(
        "--spot",
        action="store_true",
        help="train on spot capacity: cheaper; waits for it up to an hour; when "
        "interrupted, starts from scratch on one instance, and goes on from the last "
        "trees on more",
    )
    own.add_argument(
        "--max-cost-usd",
        type=float,
        metavar="USD",
        help="let SageMaker stop the job before it costs more (instance and volume)",
    )
    own.add_argument(
        "--replace-rule",
        action="store_true",
        help="print a command that replaces a decision rule set by hand, which is "
        "kept otherwise",
    )
    without_job = own.add_mutually_exclusive_group()
    without_job.add_argument(
        "--artifact-uri",
        metavar="URI",
        help="start nothing; print the command for this s3://…/model.tar.gz (it alone "
        "on standard output)",
    )
    without_job.add_argument(
        "--last",
        action="store_true",
        help="start nothing; print the command for the newest completed job (it "
        "alone on standard output)",
    )
    without_job.add_argument(
        "--follow",
        metavar="JOB",
        help="start nothing; follow a job that runs, and print its command",
    )
    return own
