"""Train on one instance and on two of local AWS, compare, deploy, ask.

    python -m benchmarks.scale.instances --data creditcard.parquet

Every step is the command that a user types; both protocols are compared. What the
model is calibrated on differs, and changes no order of the scores.
"""

import argparse
import contextlib
import io
import json
import os
import re
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import boto3
import pyarrow.parquet

from benchmarks.scale.rows import divide
from demo.local_account import local_account
from demo.story import FRAUD, LEGITIMATE, ask, deploy_command, expect
from demo.terminal import Terminal

ROOT = Path(__file__).resolve().parents[2]
PROTOCOLS = ("time", "stratified")
PARTS = 16
#: Average precision of two instances may differ from that of one by so much.
TOLERANCE = 0.003


def main() -> int:
    """Run the comparison; return 0 when all came out as expected."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, metavar="PARQUET")
    parser.add_argument("--trees", type=int, default=600, metavar="N")
    chosen = parser.parse_args()
    with contextlib.ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory()))
        divide(pyarrow.parquet.read_table(chosen.data), PARTS, folder)
        account = ending.enter_context(local_account())
        os.chdir(ROOT)
        terminal = Terminal({**os.environ, **account.variables})
        _tell(terminal, account.variables, folder, chosen.trees)
    return 0


def _tell(
    terminal: Terminal, variables: dict[str, str], data: Path, trees: int
) -> None:
    terminal.part("Deploy storage and training")
    terminal.run("npx cdk bootstrap")
    terminal.run("npx cdk deploy fraud-dev-storage fraud-dev-training")
    launch = (
        f"fraud launch --env dev --data {data} --model xgboost "
        f"--xgboost-iterations {trees}"
    )
    launched = ""
    for protocol in PROTOCOLS:
        terminal.part(f"Train on one instance and on two: {protocol}")
        alone = terminal.run(f"{launch} --split {protocol} --calibration none")
        launched = terminal.run(f"{launch} --split {protocol} --instances 2")
        one, two = (
            _metrics(variables, text)["test"]["average_precision"]
            for text in (alone, launched)
        )
        expect(
            abs(one - two) <= TOLERANCE,
            f"average precision {one:.6f} on one instance, {two:.6f} on two",
        )
    terminal.part("Deploy the model of two instances, and ask")
    terminal.run(deploy_command(launched))
    fraud, legitimate = (
        ask(terminal, name)["fraud_probability"] for name in (FRAUD, LEGITIMATE)
    )
    expect(fraud > legitimate, f"a fraud has {fraud:.4f}, not {legitimate:.4f}")
    terminal.part("Destroy everything")
    terminal.run("npx cdk destroy --all --force")
    terminal.close_part()


def _metrics(variables: dict[str, str], launched: str) -> dict[str, Any]:
    """Return the metrics in the artifact that a launch has named."""
    found = re.search(r"s3://([^/]+)/([^\s']+/model\.tar\.gz)", launched)
    if found is None:
        raise SystemExit("The launch has named no artifact.")
    s3 = boto3.client(
        "s3",
        endpoint_url=variables["AWS_ENDPOINT_URL"],
        region_name=variables["AWS_REGION"],
        aws_access_key_id=variables["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=variables["AWS_SECRET_ACCESS_KEY"],
    )
    body = s3.get_object(Bucket=found[1], Key=found[2])["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        member = archive.extractfile("metrics.json")
        document: dict[str, Any] = json.load(member) if member is not None else {}
    return document


if __name__ == "__main__":
    sys.exit(main())
