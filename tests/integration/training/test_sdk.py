"""The SageMaker SDK, version 3, as its documents use it, against local AWS."""

import json
import sys

import boto3
import pytest
from local_aws.testing.running import LocalAws
from local_aws.testing.sagemaker_resources import (
    BUCKET,
    IMAGE,
    WSGI,
    create_endpoint,
    prepare,
    put,
    run_job,
)

NAME = "sdk"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}


@pytest.fixture(autouse=True)
def variables(local_aws: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in local_aws.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", local_aws.environment["AWS_REGION"])
    # The SDK keeps its clients for the process: another test's are of another region.
    for name in [name for name in sys.modules if name.startswith("sagemaker")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


@pytest.fixture(scope="module")
def endpoint(local_aws: LocalAws) -> str:
    prepare(local_aws, NAME)
    create_endpoint(local_aws, NAME, NAME)
    return NAME


def test_what_is_described_is_read(local_aws: LocalAws, endpoint: str) -> None:
    from sagemaker.core import resources  # noqa: PLC0415 -- four seconds

    run_job(local_aws, "sdk-job", "print(1)")
    model = resources.Model.get(model_name=NAME)
    assert model.primary_container.image == IMAGE
    config = resources.EndpointConfig.get(endpoint_config_name=NAME)
    assert config.production_variants[0].model_name == NAME
    assert resources.Endpoint.get(endpoint_name=NAME).endpoint_status == "InService"
    job = resources.TrainingJob.get(training_job_name="sdk-job")
    assert job.training_job_status == "Completed"
    assert [one.model_name for one in resources.Model.get_all()] == [NAME]


def test_an_endpoint_answers(endpoint: str) -> None:
    from sagemaker.core.resources import Endpoint  # noqa: PLC0415

    answer = Endpoint.get(endpoint_name=NAME).invoke(body=b"hi")
    assert json.loads(answer.body.read())["model"] == NAME


def test_a_transformer_runs(local_aws: LocalAws, endpoint: str) -> None:
    from sagemaker.core.helper.session_helper import Session  # noqa: PLC0415
    from sagemaker.core.transformer import Transformer  # noqa: PLC0415

    put(local_aws, "in/a.csv", "1\n2\n")
    Transformer(
        model_name=NAME,
        instance_count=1,
        instance_type="ml.m5.large",
        output_path=f"s3://{BUCKET}/out",
        sagemaker_session=Session(default_bucket=BUCKET),
    ).transform(
        f"s3://{BUCKET}/in",
        content_type="text/csv",
        split_type="Line",
        wait=True,
        logs=False,
    )
    out = local_aws.client("s3").get_object(Bucket=BUCKET, Key="out/a.csv.out")
    assert b"model" in out["Body"].read()


def test_a_model_builder_deploys(local_aws: LocalAws, endpoint: str) -> None:
    from sagemaker.core.helper.session_helper import Session  # noqa: PLC0415
    from sagemaker.serve.model_builder import ModelBuilder  # noqa: PLC0415

    iam = local_aws.client("iam")
    role = iam.create_role(
        RoleName="builder", AssumeRolePolicyDocument=json.dumps(TRUST)
    )["Role"]["Arn"]
    iam.attach_role_policy(
        RoleName="builder",
        PolicyArn="arn:aws:iam::aws:policy/AmazonSageMakerFullAccess",
    )
    builder = ModelBuilder(
        s3_model_data_url=f"s3://{BUCKET}/models/{NAME}/model.tar.gz",
        image_uri=IMAGE,
        env_vars=WSGI,
        role_arn=role,
        sagemaker_session=Session(default_bucket=BUCKET),
        instance_type="ml.m5.large",
    )
    builder.build(model_name="built")
    deployed = builder.deploy(
        endpoint_name="built", initial_instance_count=1, instance_type="ml.m5.large"
    )
    answer = deployed.invoke(body=b"hi")
    assert json.loads(answer.body.read())["model"] == NAME
