"""The options of ``fraud batch``."""

import argparse

from cdk_app.naming import DATA_BUCKET_OUTPUT

#: The whole of a row, in SageMaker's JSONPath: no filter.
ALL = "$"


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command."""
    options = argparse.ArgumentParser(
        prog="fraud batch",
        description="Score files of transactions by a SageMaker batch transform job "
        "with the model of the serving stack. Each input object becomes an object "
        "<name>.out with one fraud probability a line, in order. Follows the job "
        "until it ends.",
        epilog="A file on this machine is read as fraud score reads it (a header, "
        "semicolons and decimal commas too), checked, converted and uploaded. Objects "
        "in S3 are split at their lines, so a CSV there has no header, its cells "
        "between commas, and the model's columns in their order; JSON Lines has one "
        "object of feature name to value a line. To upload such a file: BUCKET=$(aws "
        "cloudformation describe-stacks --stack-name fraud-dev-storage --query "
        f"\"Stacks[0].Outputs[?OutputKey=='{DATA_BUCKET_OUTPUT}'].OutputValue\" "
        "--output text); aws s3 cp day.csv s3://$BUCKET/batch/day.csv. Filters are "
        "SageMaker's, in JSONPath; for an id in the first column: --input-filter "
        "'$[1:]' --join --output-filter '$[0,-1]'. Exit status: 0 when all objects "
        "are scored, 1 otherwise. Examples: fraud batch --input orders.csv; fraud "
        "batch --input s3://$BUCKET/batch/day.csv --output s3://$BUCKET/batch/scores/",
    )
    options.add_argument(
        "--input",
        required=True,
        metavar="FILE|URI",
        help="a table on this machine; or an object or prefix of .csv, .jsonl or "
        ".ndjson objects, or these with .gz, below datasets/ or batch/ of the "
        "environment's data bucket",
    )
    options.add_argument(
        "--output",
        default="",
        metavar="URI",
        help="prefix for the scores, below batch/ of the data bucket (default for a "
        "file: batch/scores/ and the job's name)",
    )
    options.add_argument("--env", default="dev", help="environment (default: dev)")
    options.add_argument(
        "--instance-count",
        type=int,
        default=1,
        metavar="N",
        help="instances that share the objects out among them (default: 1)",
    )
    options.add_argument(
        "--instance-type",
        default="",
        metavar="TYPE",
        help="default: the endpoint's, or, if that is serverless, the training job's",
    )
    options.add_argument(
        "--join",
        action="store_true",
        help="append the score to each input row, instead of the score alone",
    )
    options.add_argument(
        "--input-filter",
        default=ALL,
        metavar="PATH",
        help="what of each row the model takes (default: all)",
    )
    options.add_argument(
        "--output-filter",
        default=ALL,
        metavar="PATH",
        help="what of each joined row is written (default: all)",
    )
    return options
