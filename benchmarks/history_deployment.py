"""Storage and serving of a model with histories on local AWS, without the CDK CLI."""

import io
import json
import tarfile
import time
import zipfile
from pathlib import Path
from typing import Any

import boto3
from aws_cdk import App

from app import add_stacks
from artifact import layout
from artifact.archive import pack
from artifact.history.snapshot import FILE_NAME
from cdk_app import settings
from cdk_app.naming import ARTIFACT_BUCKET_OUTPUT, stack_name
from cdk_app.settings import HistorySettings
from operations.history.opening import open_table
from operations.history.seeding import seed
from operations.history.snapshots import OUTPUT_ARCHIVE, fetch_snapshot
from training.one_machine import history_path

ENVIRONMENT = "dev"


def deploy(session: boto3.Session, model_dir: Path, directory: Path) -> None:
    """Deploy storage and serving, and put the model where a job leaves it."""
    section = HistorySettings(point_in_time_recovery=False)
    chosen = settings.load(ENVIRONMENT).model_copy(update={"history": section})
    app = App(
        outdir=str(directory / "templates"),
        context=json.loads(Path("cdk.json").read_text())["context"],
        analytics_reporting=False,
    )
    add_stacks(app, chosen)
    assembly = Path(app.synth().directory)
    outputs = _deploy_stack(session, assembly, "storage", {})
    bucket, s3 = outputs[ARTIFACT_BUCKET_OUTPUT], session.client("s3")
    archive, beside = directory / "model.tar.gz", directory / OUTPUT_ARCHIVE
    pack(model_dir, archive)
    with tarfile.open(beside, "w:gz") as tar:
        tar.add(history_path(model_dir), FILE_NAME)
    for file in (archive, beside):
        s3.upload_file(str(file), bucket, f"job/output/{file.name}")
    parameters = {
        "ModelArtifactUri": f"s3://{bucket}/job/output/{archive.name}",
        "ModelManifestSha256": layout.sha256_of(model_dir / layout.MANIFEST),
    }
    _deploy_stack(session, assembly, "serving", parameters)
    definition, snapshot = fetch_snapshot(session, ENVIRONMENT, directory)
    table = open_table(session, ENVIRONMENT, definition)
    started = time.perf_counter()
    seeded = seed(table, snapshot, lambda _: None)
    print(
        f"seeded {seeded:,} histories in {time.perf_counter() - started:.0f} s",
        flush=True,
    )


def _deploy_stack(
    session: boto3.Session, assembly: Path, unit: str, parameters: dict[str, str]
) -> dict[str, str]:
    name = stack_name(ENVIRONMENT, unit)  # type: ignore[arg-type]
    template = (assembly / f"{name}.template.json").read_text()
    _publish_code(session, json.loads(template))
    cloudformation = session.client("cloudformation")
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=template,
        Capabilities=["CAPABILITY_IAM"],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in parameters.items()
        ],
    )
    cloudformation.get_waiter("stack_create_complete").wait(
        StackName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 300}
    )
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    return {item["OutputKey"]: item["OutputValue"] for item in stack["Outputs"]}


def _publish_code(session: boto3.Session, template: dict[str, Any]) -> None:
    """Stand in for `cdk bootstrap` and the publishing of functions, which never run."""
    s3 = session.client("s3")
    account = session.client("sts").get_caller_identity()["Account"]
    bucket = f"cdk-hnb659fds-assets-{account}-{session.region_name}"
    s3.create_bucket(Bucket=bucket)
    session.client("ssm").put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version",
        Value="30",
        Type="String",
        Overwrite=True,
    )
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            code = io.BytesIO()
            with zipfile.ZipFile(code, "w") as archive:
                archive.writestr("index.js", "")
            key = resource["Properties"]["Code"]["S3Key"]
            s3.put_object(Bucket=bucket, Key=key, Body=code.getvalue())
