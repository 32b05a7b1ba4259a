"""Jobs, models and endpoints of the tests, made through the public API."""

import io
import json
import tarfile
import time
from collections.abc import Mapping
from typing import Any

from local_aws.testing.running import LocalAws, eventually

IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0"
ROLE = "arn:aws:iam::123456789012:role/container-role"
BUCKET = "test-bucket"
WSGI = {
    "SAGEMAKER_SERVING_MODULE": "inference:app",
    "PYTHONPATH": "/opt/ml/model/code",
}

# Answers with what it received and with the model's name; fails when told to.
APPLICATION = """
import json, os, pathlib, sys, time

MODEL = (pathlib.Path(os.environ["SM_MODEL_DIR"]) / "name").read_text()
if MODEL == "broken":
    raise RuntimeError("model 'broken' was tampered with")
if MODEL == "slow-to-start":
    time.sleep(5)

def app(environ, start_response):
    def answer(status, body, *headers):
        start_response(status, [("Content-Type", "application/json"), *headers])
        return [json.dumps(body).encode()]

    if environ["PATH_INFO"] == "/ping":
        sick = MODEL == "never-healthy"
        return answer("503 Service Unavailable" if sick else "200 OK", {})
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    text = body.decode(errors="replace")
    if text == "bad":
        return answer("400 Bad Request", {"error": "field V1 is missing"})
    if text == "crash":
        return answer("500 Internal Server Error", {"error": "oh"})
    if text == "slow":
        time.sleep(1.0)
    print("asked", text[:20], flush=True)
    received = {
        "model": MODEL,
        "bytes": len(body),
        "content_type": environ.get("CONTENT_TYPE"),
        "accept": environ.get("HTTP_ACCEPT"),
        "attributes": environ.get("HTTP_X_AMZN_SAGEMAKER_CUSTOM_ATTRIBUTES"),
        "directory": os.environ["SM_MODEL_DIR"],
    }
    attributes = ("X-Amzn-SageMaker-Custom-Attributes", "answered")
    return answer("200 OK", received, attributes)
"""


def archive(files: Mapping[str, str]) -> bytes:
    """Return a tar.gz of files by name."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return buffer.getvalue()


def make_bucket(aws: LocalAws, name: str = BUCKET) -> None:
    """Create a bucket; one that exists is fine."""
    aws.client("s3").create_bucket(Bucket=name)


def put(aws: LocalAws, key: str, body: bytes | str, bucket: str = BUCKET) -> str:
    """Upload an object; return its URI."""
    make_bucket(aws, bucket)
    aws.client("s3").put_object(Bucket=bucket, Key=key, Body=body)
    return f"s3://{bucket}/{key}"


def put_model(aws: LocalAws, name: str) -> str:
    """Upload an artifact whose application answers with this name."""
    files = {"name": name, "code/inference.py": APPLICATION}
    return put(aws, f"models/{name}/model.tar.gz", archive(files))


def create_model(
    aws: LocalAws, name: str, url: str, environment: Mapping[str, str] | None = None
) -> None:
    """Create a model that runs AWS's scikit-learn image."""
    aws.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        PrimaryContainer={
            "Image": IMAGE,
            "ModelDataUrl": url,
            "Environment": dict(WSGI if environment is None else environment),
        },
    )


def create_config(aws: LocalAws, name: str, **variant: Any) -> None:
    """Create an endpoint configuration with one variant of the model `name`."""
    hosting = {"InstanceType": "ml.m6i.large", "InitialInstanceCount": 1}
    if "ServerlessConfig" in variant:
        hosting = {}
    aws.client("sagemaker").create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {"VariantName": "AllTraffic", "ModelName": name, **hosting, **variant}
        ],
    )


def prepare(aws: LocalAws, name: str, **variant: Any) -> None:
    """Upload an artifact, and create model and configuration of the same name."""
    create_model(aws, name, put_model(aws, name))
    create_config(aws, name, **variant)


def settled(aws: LocalAws, endpoint: str, seconds: float = 30.0) -> dict[str, Any]:
    """Wait until an endpoint is in no transition; return its description."""
    description: dict[str, Any] = {}

    def done() -> bool:
        described = aws.client("sagemaker").describe_endpoint(EndpointName=endpoint)
        description.clear()
        description.update(described)
        return description["EndpointStatus"] not in {"Creating", "Updating"}

    eventually(done, seconds)
    return description


def create_endpoint(aws: LocalAws, name: str, config: str) -> dict[str, Any]:
    """Create an endpoint and wait for it; return its description."""
    aws.client("sagemaker").create_endpoint(
        EndpointName=name, EndpointConfigName=config
    )
    return settled(aws, name)


def update_endpoint(
    aws: LocalAws, name: str, config: str, **settings: Any
) -> dict[str, Any]:
    """Update an endpoint and wait for it; return its description."""
    aws.client("sagemaker").update_endpoint(
        EndpointName=name, EndpointConfigName=config, **settings
    )
    return settled(aws, name)


def exists(aws: LocalAws, endpoint: str) -> bool:
    """Return whether there is such an endpoint."""
    listed = aws.client("sagemaker").list_endpoints(NameContains=endpoint)
    return any(one["EndpointName"] == endpoint for one in listed["Endpoints"])


def ask(aws: LocalAws, endpoint: str, body: bytes = b"hi", **settings: Any) -> Any:
    """Invoke an endpoint; return what its application received."""
    answer = aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint, Body=body, **settings
    )
    return json.loads(answer["Body"].read())


def channel(name: str, uri: str, **settings: str) -> dict[str, Any]:
    """Return an input channel; settings are those of its S3 data source."""
    source = {"S3DataType": "S3Prefix", "S3Uri": uri, **settings}
    return {"ChannelName": name, "DataSource": {"S3DataSource": source}}


def start_job(
    aws: LocalAws, name: str, script: str, *, instances: int = 1, **settings: Any
) -> None:
    """Start a training job that runs a script; returns at once."""
    code = put(aws, f"code/{name}/train.py", script)
    channels = settings.pop("InputDataConfig", [])
    aws.client("sagemaker").create_training_job(
        TrainingJobName=name,
        RoleArn=ROLE,
        AlgorithmSpecification={
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "/opt/ml/input/data/code/train.py"],
            **settings.pop("AlgorithmSpecification", {}),
        },
        InputDataConfig=[*channels, channel("code", code.rsplit("/", 1)[0])],
        OutputDataConfig=settings.pop(
            "OutputDataConfig", {"S3OutputPath": f"s3://{BUCKET}/jobs"}
        ),
        ResourceConfig={
            "InstanceType": "ml.m5.large",
            "InstanceCount": instances,
            "VolumeSizeInGB": 5,
        },
        StoppingCondition=settings.pop(
            "StoppingCondition", {"MaxRuntimeInSeconds": 60}
        ),
        **settings,
    )


def finished(aws: LocalAws, job: str, seconds: float = 30.0) -> dict[str, Any]:
    """Wait until a job has ended; return its description."""
    description: dict[str, Any] = {}

    def done() -> bool:
        description.update(
            aws.client("sagemaker").describe_training_job(TrainingJobName=job)
        )
        return description["TrainingJobStatus"] in {"Completed", "Failed", "Stopped"}

    eventually(done, seconds)
    return description


def run_job(aws: LocalAws, name: str, script: str, **settings: Any) -> dict[str, Any]:
    """Run a job to its end; return its description."""
    start_job(aws, name, script, **settings)
    return finished(aws, name)


def log_lines(aws: LocalAws, group: str, prefix: str) -> list[str]:
    """Return the messages of the log streams that begin with a prefix."""
    logs = aws.client("logs")
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=prefix)
    return [
        event["message"]
        for stream in streams["logStreams"]
        for event in logs.get_log_events(
            logGroupName=group,
            logStreamName=stream["logStreamName"],
            startFromHead=True,
        )["events"]
    ]


def unpacked(aws: LocalAws, uri: str) -> dict[str, bytes]:
    """Return the files of a tar.gz object by name."""
    bucket, key = uri.removeprefix("s3://").split("/", 1)
    body = aws.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as tar:
        members = [member for member in tar.getmembers() if member.isfile()]
        return {one.name: tar.extractfile(one).read() for one in members}  # type: ignore[union-attr]


def unique(stem: str) -> str:
    """Return a name that no other test uses."""
    return f"{stem}-{time.time_ns()}"
