"""Endpoints serve, are replaced without a gap, and fail with a reason."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws.testing.running import (
    LocalAws,
    alive,
    descendants,
    eventually,
    fork_local_aws,
    stop_local_aws,
)
from local_aws.testing.sagemaker_resources import (
    BUCKET,
    IMAGE,
    ROLE,
    archive,
    ask,
    create_config,
    create_endpoint,
    create_model,
    exists,
    log_lines,
    prepare,
    put,
    put_model,
    settled,
    unique,
    update_endpoint,
)

SERVERLESS = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}


@pytest.fixture(scope="module")
def endpoint(local_aws: LocalAws) -> str:
    """An endpoint in service that serves the model of its own name."""
    name = unique("serving")
    prepare(local_aws, name)
    description = create_endpoint(local_aws, name, name)
    assert description["EndpointStatus"] == "InService", description
    return name


def failure(aws: LocalAws, name: str, url: str, **settings: Any) -> str:
    """Return why an endpoint of a model failed."""
    create_model(aws, name, url, **settings)
    create_config(aws, name)
    description = create_endpoint(aws, name, name)
    assert description["EndpointStatus"] == "Failed"
    reason: str = description["FailureReason"]
    return reason


def test_creation_returns_at_once_and_ends_in_service(local_aws: LocalAws) -> None:
    name = unique("new")
    prepare(local_aws, name, **SERVERLESS)
    sagemaker = local_aws.client("sagemaker")

    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)

    first = sagemaker.describe_endpoint(EndpointName=name)
    assert first["EndpointStatus"] == "Creating"
    description = settled(local_aws, name)
    assert description["EndpointStatus"] == "InService"
    [variant] = description["ProductionVariants"]
    assert variant["CurrentServerlessConfig"] == SERVERLESS["ServerlessConfig"]


def test_the_request_reaches_the_container_and_its_answer_the_caller(
    local_aws: LocalAws, endpoint: str
) -> None:
    answer = local_aws.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=endpoint,
        Body=b"1,2,3\xff",
        ContentType="text/csv",
        Accept="application/json",
        CustomAttributes="explain=3",
        TargetVariant="AllTraffic",
    )

    received = answer["Body"].read()
    assert b'"bytes": 6' in received
    assert b'"content_type": "text/csv"' in received
    assert b'"accept": "application/json"' in received
    assert b'"attributes": "explain=3"' in received
    assert answer["ContentType"] == "application/json"
    assert answer["InvokedProductionVariant"] == "AllTraffic"
    assert answer["CustomAttributes"] == "answered"


def test_the_model_is_in_a_directory_of_the_container_s_own(
    local_aws: LocalAws, endpoint: str
) -> None:
    assert ask(local_aws, endpoint)["directory"].endswith("/opt/ml/model")


@pytest.mark.parametrize(
    ("body", "status", "kind", "original"),
    [
        (b"bad", 400, "client", '{"error": "field V1 is missing"}'),
        (b"crash", 500, "server", '{"error": "oh"}'),
    ],
)
def test_a_container_s_error_is_a_model_error(  # noqa: PLR0917
    local_aws: LocalAws,
    endpoint: str,
    body: bytes,
    status: int,
    kind: str,
    original: str,
) -> None:
    with pytest.raises(ClientError) as raised:
        ask(local_aws, endpoint, body)

    response = raised.value.response
    assert response["Error"]["Code"] == "ModelError"
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 424
    assert response["OriginalStatusCode"] == status  # type: ignore[typeddict-item]
    assert response["OriginalMessage"] == original  # type: ignore[typeddict-item]
    group = f"log-group:/aws/sagemaker/Endpoints/{endpoint}:log-stream:AllTraffic/"
    assert group in response["LogStreamArn"]  # type: ignore[typeddict-item]
    message = response["Error"]["Message"]
    assert message.startswith(f"Received {kind} error ({status}) from primary")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"EndpointName": "no-such-endpoint"}, "no-such-endpoint .* not found"),
        ({"TargetVariant": "Other"}, "Variant Other not found"),
        ({"Body": b"x" * (25 * 1024 * 1024 + 1)}, "exceeds the limit"),
    ],
)
def test_a_request_that_cannot_be_forwarded_is_a_validation_error(
    local_aws: LocalAws, endpoint: str, settings: dict[str, Any], message: str
) -> None:
    request = {"EndpointName": endpoint, "Body": b"", **settings}

    with pytest.raises(ClientError, match=message) as raised:
        local_aws.client("sagemaker-runtime").invoke_endpoint(**request)

    assert raised.value.response["Error"]["Code"] == "ValidationError"


def test_the_container_s_output_is_in_the_endpoint_s_log_group(
    local_aws: LocalAws, endpoint: str
) -> None:
    ask(local_aws, endpoint, b"remember me")

    group = f"/aws/sagemaker/Endpoints/{endpoint}"
    eventually(
        lambda: "asked remember me" in log_lines(local_aws, group, "AllTraffic/")
    )


def test_an_update_serves_the_new_model_under_the_same_name(
    local_aws: LocalAws,
) -> None:
    old, new = unique("old"), unique("new")
    prepare(local_aws, old)
    prepare(local_aws, new)
    create_endpoint(local_aws, old, old)

    description = update_endpoint(local_aws, old, new)

    assert description["EndpointStatus"] == "InService"
    assert description["EndpointConfigName"] == new
    assert ask(local_aws, old)["model"] == new


def test_an_update_loses_no_request(local_aws: LocalAws) -> None:
    old, new = unique("old"), unique("new")
    prepare(local_aws, old)
    prepare(local_aws, new)
    create_endpoint(local_aws, old, old)
    answered: list[str] = []
    stop = threading.Event()

    def load() -> None:
        while not stop.is_set():
            answered.append(ask(local_aws, old)["model"])

    def slow() -> None:
        answered.append(ask(local_aws, old, b"slow")["model"])

    threads = [threading.Thread(target=load) for _ in range(2)]
    threads.append(threading.Thread(target=slow))
    for thread in threads:
        thread.start()
    eventually(lambda: old in answered)

    update_endpoint(local_aws, old, new)
    eventually(lambda: answered[-1] == new)
    stop.set()
    for thread in threads:
        thread.join()

    # A failed request would have ended its thread before the new model answered.
    assert set(answered) == {old, new}
    assert answered.count(old) > 1


def test_an_update_that_fails_leaves_the_old_model_serving(
    local_aws: LocalAws, endpoint: str
) -> None:
    broken = unique("broken")
    create_model(local_aws, broken, put_model(local_aws, "broken"))
    create_config(local_aws, broken)

    description = update_endpoint(local_aws, endpoint, broken)

    assert description["EndpointStatus"] == "InService"
    assert description["EndpointConfigName"] == endpoint
    assert "model 'broken' was tampered with" in description["FailureReason"]
    assert ask(local_aws, endpoint)["model"] == endpoint


def test_retained_properties_survive_an_update(local_aws: LocalAws) -> None:
    old, new = unique("old"), unique("new")
    prepare(local_aws, old, InitialInstanceCount=1)
    prepare(local_aws, new, InitialInstanceCount=1)
    create_endpoint(local_aws, old, old)
    local_aws.client("sagemaker").update_endpoint_weights_and_capacities(
        EndpointName=old,
        DesiredWeightsAndCapacities=[
            {"VariantName": "AllTraffic", "DesiredInstanceCount": 3}
        ],
    )
    settled(local_aws, old)

    kept = update_endpoint(local_aws, old, new, RetainAllVariantProperties=True)
    assert kept["ProductionVariants"][0]["DesiredInstanceCount"] == 3

    reset = update_endpoint(local_aws, old, old)
    assert reset["ProductionVariants"][0]["DesiredInstanceCount"] == 1


def test_an_instance_endpoint_cannot_become_serverless(
    local_aws: LocalAws, endpoint: str
) -> None:
    name = unique("serverless")
    prepare(local_aws, name, **SERVERLESS)

    with pytest.raises(ClientError, match="cannot be updated to serverless"):
        update_endpoint(local_aws, endpoint, name)


def test_deletion_ends_the_process_and_forgets_the_endpoint(
    local_aws: LocalAws,
) -> None:
    name = unique("deleted")
    prepare(local_aws, name)
    before = descendants(local_aws.process.pid)
    create_endpoint(local_aws, name, name)
    now = descendants(local_aws.process.pid)
    serving = {pid: command for pid, command in now.items() if pid not in before}
    assert alive(serving)

    local_aws.client("sagemaker").delete_endpoint(EndpointName=name)

    eventually(lambda: not exists(local_aws, name))
    eventually(lambda: not alive(serving))
    with pytest.raises(ClientError, match="not found"):
        ask(local_aws, name)


def test_the_container_s_last_error_is_the_failure_reason(local_aws: LocalAws) -> None:
    reason = failure(local_aws, unique("broken"), put_model(local_aws, "broken"))

    assert "did not pass the ping health check: it ended with exit code 3" in reason
    assert "RuntimeError: model 'broken' was tampered with" in reason


def test_a_container_that_never_becomes_healthy_fails_after_its_time(
    tmp_path: Path,
) -> None:
    aws = fork_local_aws(tmp_path, "--startup-timeout", "2")
    create_model(aws, "sick", put_model(aws, "never-healthy"))
    create_config(aws, "sick", ContainerStartupHealthCheckTimeoutInSeconds=60)
    started = time.monotonic()

    description = create_endpoint(aws, "sick", "sick")

    assert time.monotonic() - started >= 2
    assert description["EndpointStatus"] == "Failed"
    assert "no HTTP 200 within 2 seconds" in description["FailureReason"]
    stop_local_aws(aws, tmp_path)


@pytest.mark.parametrize(
    ("body", "environment", "message"),
    [
        (b"this is no archive", None, "Failed to extract model data"),
        (archive({"name": "x"}), None, "No module named 'inference'"),
        (archive({"code/inference.py": ""}), None, "Failed to find attribute 'app'"),
        (archive({}), {}, "set SAGEMAKER_SERVING_MODULE or SAGEMAKER_PROGRAM"),
    ],
    ids=["no archive", "no code", "no application", "no module named"],
)
def test_an_artifact_that_cannot_be_served_says_why(
    local_aws: LocalAws,
    body: bytes,
    environment: dict[str, str] | None,
    message: str,
) -> None:
    name = unique("unfit")
    url = put(local_aws, f"{name}/model.tar.gz", body)

    reason = failure(local_aws, name, url, environment=environment)

    assert message in reason


def test_an_artifact_that_is_gone_fails_the_endpoint(local_aws: LocalAws) -> None:
    name = unique("gone")
    prepare(local_aws, name)
    key = f"models/{name}/model.tar.gz"
    local_aws.client("s3").delete_object(Bucket=BUCKET, Key=key)

    description = create_endpoint(local_aws, name, name)

    assert description["EndpointStatus"] == "Failed"
    assert "Failed to download model data" in description["FailureReason"]


def test_a_model_of_no_data_is_refused_at_once(local_aws: LocalAws) -> None:
    url = f"s3://{BUCKET}/nothing/model.tar.gz"
    with pytest.raises(ClientError, match=f"Could not find model data at {url}"):
        create_model(local_aws, unique("none"), url)


def test_an_unknown_image_fails_with_what_is_known(local_aws: LocalAws) -> None:
    name = unique("image")
    local_aws.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": IMAGE.replace("scikit-learn", "xgboost")},
    )
    create_config(local_aws, name)

    description = create_endpoint(local_aws, name, name)

    assert "cannot run the image" in description["FailureReason"]
    assert "sagemaker-scikit-learn" in description["FailureReason"]


def test_names_are_taken_once(local_aws: LocalAws, endpoint: str) -> None:
    with pytest.raises(ClientError, match="already existing model"):
        create_model(local_aws, endpoint, put_model(local_aws, endpoint))
    with pytest.raises(ClientError, match="already existing endpoint configuration"):
        create_config(local_aws, endpoint)
    with pytest.raises(ClientError, match="already existing endpoint"):
        create_endpoint(local_aws, endpoint, endpoint)


def test_an_instance_type_that_is_none_is_refused(
    local_aws: LocalAws, endpoint: str
) -> None:
    with pytest.raises(ClientError, match="expected an instance type"):
        local_aws.client("sagemaker").create_endpoint_config(
            EndpointConfigName=unique("config"),
            ProductionVariants=[
                {
                    "VariantName": "AllTraffic",
                    "ModelName": endpoint,
                    "InstanceType": "large",
                    "InitialInstanceCount": 1,
                }
            ],
        )


def test_hooks_are_served_with_the_container_s_manners(local_aws: LocalAws) -> None:
    script = """
import os
def model_fn(directory):
    with open(os.path.join(directory, "factor")) as file:
        return float(file.read())
def transform_fn(model, body, content_type, accept):
    if not isinstance(body, str):
        raise TypeError("bytes")
    return str(float(body) * model), accept
"""
    name = unique("hooks")
    artifact = archive({"factor": "2", "code/inference.py": script})
    create_model(
        local_aws,
        name,
        put(local_aws, f"{name}/model.tar.gz", artifact),
        {
            "SAGEMAKER_PROGRAM": "inference.py",
            "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
        },
    )
    create_config(local_aws, name)
    assert create_endpoint(local_aws, name, name)["EndpointStatus"] == "InService"
    runtime = local_aws.client("sagemaker-runtime")

    answer = runtime.invoke_endpoint(
        EndpointName=name, Body=b"21", ContentType="text/csv", Accept="text/csv"
    )
    assert answer["Body"].read() == b"42.0"
    with pytest.raises(ClientError, match=r"server error \(500\)"):
        runtime.invoke_endpoint(EndpointName=name, Body=b"21", ContentType="x/y")


def test_variants_share_the_traffic_by_weight(local_aws: LocalAws) -> None:
    first, second = unique("first"), unique("second")
    for name in (first, second):
        create_model(local_aws, name, put_model(local_aws, name))
    local_aws.client("sagemaker").create_endpoint_config(
        EndpointConfigName=first,
        ProductionVariants=[
            {
                "VariantName": variant,
                "ModelName": model,
                "InstanceType": "ml.m5.large",
                "InitialInstanceCount": 1,
                "InitialVariantWeight": weight,
            }
            for variant, model, weight in [("A", first, 1.0), ("B", second, 0.0)]
        ],
    )
    create_endpoint(local_aws, first, first)

    assert {ask(local_aws, first)["model"] for _ in range(10)} == {first}
    assert ask(local_aws, first, TargetVariant="B")["model"] == second
