"""Batch: the request of a job, and what is told of its log."""

import json
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from operations.account.errors import OperationError
from operations.account.s3 import S3Uri
from operations.batch.command import main
from operations.batch.follow import follow
from operations.batch.input import BatchInput
from operations.batch.request import Batch, Filters, transform_job

SESSION = boto3.Session("key", "secret", region_name="eu-central-1")
KEY_ARN = "arn:aws:kms:eu-central-1:123456789012:key/1"


def request(
    instance_type: str = "ml.m5.xlarge",
    filters: Filters | None = None,
    key_arn: str = "",
    *,
    is_compressed: bool = False,
) -> Any:
    return transform_job(
        Batch(
            model_name="model",
            source=S3Uri("bucket", "datasets/x"),
            found=BatchInput(("datasets/x.csv",), 1, "text/csv", is_compressed),
            target=S3Uri("bucket", "batch/out/"),
            instance_type=instance_type,
            instance_count=1,
            filters=filters or Filters(),
            key_arn=key_arn,
            tags={"Environment": "dev"},
        ),
        "fraud-dev-batch-1",
    )


def test_the_request_is_one_that_the_api_takes() -> None:
    client = SESSION.client("sagemaker")
    with Stubber(client) as stubber:
        arn = "arn:aws:sagemaker:eu-central-1:123456789012:transform-job/fraud"
        stubber.add_response("create_transform_job", {"TransformJobArn": arn})
        client.create_transform_job(**request(filters=Filters(join=True)))


def test_an_instance_gets_a_request_a_core_within_the_payload_limit() -> None:
    assert request("ml.m5.xlarge")["MaxConcurrentTransforms"] == 4
    large = request("ml.m5.24xlarge")
    assert large["MaxConcurrentTransforms"] * large["MaxPayloadInMB"] <= 100


def test_scores_alone_are_put_together_as_the_server_wrote_them() -> None:
    plain = request()
    assert plain["TransformOutput"]["AssembleWith"] == "None"
    assert "DataProcessing" not in plain


def test_joined_rows_are_assembled_by_line() -> None:
    joined = request(filters=Filters(join=True, input_filter="$[1:]"))
    assert joined["TransformOutput"]["AssembleWith"] == "Line"
    assert joined["DataProcessing"] == {
        "InputFilter": "$[1:]",
        "OutputFilter": "$",
        "JoinSource": "Input",
    }


def test_the_environments_key_encrypts_volume_and_scores() -> None:
    encrypted = request(key_arn=KEY_ARN)
    assert encrypted["TransformOutput"]["KmsKeyId"] == KEY_ARN
    assert encrypted["TransformResources"]["VolumeKmsKeyId"] == KEY_ARN
    own_disk = request("ml.g5.xlarge", key_arn=KEY_ARN)
    assert "VolumeKmsKeyId" not in own_disk["TransformResources"]


def test_compressed_input_is_declared() -> None:
    assert request(is_compressed=True)["TransformInput"]["CompressionType"] == "Gzip"


class Aws:
    """A session of a job that ends after its first look, with these log lines."""

    def __init__(self, job: dict[str, Any], streams: dict[str, list[str]]) -> None:
        self._clients: dict[str, Any] = {
            "sagemaker": SESSION.client("sagemaker"),
            "logs": SESSION.client("logs"),
        }
        sagemaker = Stubber(self._clients["sagemaker"])
        for status in ("InProgress", job["TransformJobStatus"]):
            sagemaker.add_response(
                "describe_transform_job",
                {
                    "TransformJobName": "job",
                    "TransformJobArn": (
                        "arn:aws:sagemaker:eu-central-1:123456789012:transform-job/job"
                    ),
                    "ModelName": "model",
                    "TransformInput": {
                        "DataSource": {
                            "S3DataSource": {
                                "S3DataType": "S3Prefix",
                                "S3Uri": "s3://b/k",
                            }
                        }
                    },
                    "TransformResources": {
                        "InstanceType": "ml.m5.large",
                        "InstanceCount": 1,
                    },
                    "CreationTime": 0,
                    **job,
                    "TransformJobStatus": status,
                },
            )
        sagemaker.activate()
        logs = Stubber(self._clients["logs"])
        logs.add_client_error("describe_log_streams", "ResourceNotFoundException")
        logs.add_response(
            "describe_log_streams",
            {"logStreams": [{"logStreamName": name} for name in streams]},
        )
        for lines in streams.values():
            for events in ([{"message": line} for line in lines], []):
                logs.add_response(
                    "get_log_events", {"events": events, "nextForwardToken": "t"}
                )
        logs.activate()

    def client(self, service: str) -> Any:
        return self._clients[service]


def test_progress_is_the_rows_that_the_containers_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = [
        json.dumps({"status": 200, "rows": 1500}),
        "[INFO] Booting worker",
        "{not json",
        json.dumps({"status": 200, "rows": 500}),
    ]
    aws: Any = Aws({"TransformJobStatus": "Completed"}, {"job/i-1": lines})
    assert follow(aws, "job", poll_seconds=0) == 2000
    first, last = capsys.readouterr().out.splitlines()
    assert first.endswith("InProgress             0 rows scored")
    assert last.endswith("Completed          2,000 rows scored")


def test_a_failed_job_is_told_with_what_sagemaker_logged() -> None:
    said = "2026-01-01T00:00:00.000:[sagemaker logs]: "
    lines = [
        f"{said}MaxConcurrentTransforms=2, MaxPayloadInMB=6",
        f"{said}bucket/batch/x.csv: ClientError: 400",
        f"{said}bucket/batch/x.csv: ",
        f"{said}bucket/batch/x.csv: Message:",
        f'{said}bucket/batch/x.csv: {{"error": {{"code": "wrong_type", "row": 4}}}}',
    ]
    job = {"TransformJobStatus": "Failed", "FailureReason": "ClientError: See job logs"}
    aws: Any = Aws(job, {"job/i-1/data-log": lines})
    with pytest.raises(OperationError) as raised:
        follow(aws, "job", poll_seconds=0)
    *told, command = str(raised.value).splitlines()
    assert told == [
        "The job job ended as Failed: ClientError: See job logs",
        "  bucket/batch/x.csv: ClientError: 400",
        '  bucket/batch/x.csv: {"error": {"code": "wrong_type", "row": 4}}',
        "A row is counted within its request, not within its object.",
    ]
    assert "aws logs tail /aws/sagemaker/TransformJobs " in command


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--instance-type", "large"], "--instance-type: expected a SageMaker"),
        (["--instance-count", "0"], "--instance-count: expected at least 1"),
    ],
)
def test_options_that_cannot_work_are_refused_before_any_call(
    capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
) -> None:
    places = ["--input", "s3://b/batch/x.csv", "--output", "s3://b/batch/out/"]
    assert main([*places, *arguments]) == 1
    assert message in capsys.readouterr().err
