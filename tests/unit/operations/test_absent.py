"""Something that is not there: the error says where, and what is there instead."""

from collections.abc import Iterator
from typing import Final

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from operations.account.absent import absent
from operations.account.artifacts import read_artifact
from operations.account.errors import OperationError
from operations.account.s3 import S3Uri
from operations.account.stacks import read_stack
from operations.batch.input import find_input
from operations.rule import command as rule_command
from operations.rule.published import read_rule
from training.launch.launched_jobs import check_exists, find_last

REGION: Final = "eu-west-1"
WHERE = f"in {REGION}, account 123456789012"


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Iterator[boto3.Session]:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with mock_aws():
        yield boto3.Session(region_name=REGION)


def make_stack(session: boto3.Session, name: str) -> None:
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    session.client("cloudformation").create_stack(StackName=name, TemplateBody=template)


def make_job(session: boto3.Session, name: str) -> None:
    session.client("sagemaker").create_training_job(
        TrainingJobName=name,
        AlgorithmSpecification={"TrainingImage": "i", "TrainingInputMode": "File"},
        RoleArn="arn:aws:iam::123456789012:role/training",
        OutputDataConfig={"S3OutputPath": "s3://bucket"},
        ResourceConfig={
            "InstanceType": "ml.m5.large",
            "InstanceCount": 1,
            "VolumeSizeInGB": 10,
        },
        StoppingCondition={"MaxRuntimeInSeconds": 60},
    )


def test_a_stack(session: boto3.Session) -> None:
    make_stack(session, "fraud-dev-storage")
    make_stack(session, "CDKToolkit")
    with pytest.raises(OperationError) as raised:
        read_stack(session, "dev")
    assert str(raised.value) == (
        f"There is no stack fraud-dev-serving {WHERE}, which has these stacks: "
        "fraud-dev-storage; train a model with: fraud launch --env dev, and deploy it "
        'with: eval "$(fraud launch --env dev --last)"'
    )


def test_a_stack_where_there_is_none_at_all(session: boto3.Session) -> None:
    with pytest.raises(OperationError, match=f"{WHERE}, which has no stacks; train"):
        read_stack(session, "dev")


def test_an_artifact(session: boto3.Session) -> None:
    s3 = session.client("s3")
    place = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket="bucket", CreateBucketConfiguration=place)  # type: ignore[arg-type]
    s3.put_object(Bucket="bucket", Key="job-1/output/model.tar.gz", Body=b"")
    s3.put_object(Bucket="bucket", Key="code/x", Body=b"")
    with pytest.raises(OperationError) as raised:
        read_artifact(session, "s3://bucket/job-2/output/model.tar.gz")
    assert f"no object s3://bucket/job-2/output/model.tar.gz {WHERE}" in str(
        raised.value
    )
    assert "which has these artifacts: s3://bucket/job-1/output/model.tar.gz;" in str(
        raised.value
    )
    with pytest.raises(OperationError, match=r"no object s3://nowhere/m\.tar"):
        read_artifact(session, "s3://nowhere/m.tar.gz")


def test_a_completed_job_and_a_job_to_follow(session: boto3.Session) -> None:
    with pytest.raises(OperationError, match=f"job of dev {WHERE}, which has no jobs"):
        find_last(session, "dev")
    make_job(session, "fraud-prod-7")
    make_job(session, "somebody-elses-fraud-8")
    with pytest.raises(OperationError) as raised:
        check_exists(session, "fraud-dev-1")
    assert str(raised.value) == (
        f"There is no training job fraud-dev-1 {WHERE}, which has these jobs: "
        "fraud-prod-7 (Completed); follow one that is there."
    )
    check_exists(session, "fraud-prod-7")


def test_objects_to_score(session: boto3.Session) -> None:
    place = {"LocationConstraint": REGION}
    s3 = session.client("s3")
    with pytest.raises(OperationError, match=f"no bucket data {WHERE}; name"):
        find_input(session, S3Uri("data", "batch/"))
    s3.create_bucket(Bucket="data", CreateBucketConfiguration=place)  # type: ignore[arg-type]
    s3.put_object(Bucket="data", Key="batch/day.csv", Body=b"1")
    with pytest.raises(
        OperationError, match=r"has these objects: s3://data/batch/day\.csv"
    ):
        find_input(session, S3Uri("data", "batch/month"))


def test_a_rule(session: boto3.Session) -> None:
    with pytest.raises(OperationError, match=f"no SSM parameter rule .* {WHERE}; "):
        read_rule(session, "rule")


def test_what_may_not_be_listed_is_left_out(session: boto3.Session) -> None:
    def refused() -> list[str]:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "ListThings")

    error = absent(session, "thing x", "make it.", kind="things", there=refused)
    assert str(error) == f"There is no thing x {WHERE}; make it."


def test_many_are_cut_short(session: boto3.Session) -> None:
    error = absent(
        session, "thing x", "make it.", kind="things", there=lambda: map(str, range(99))
    )
    assert "these things: 0, 1, 2, 3, 4, 5, …; make it." in str(error)


def test_a_rule_without_its_stack_gets_advice_that_the_command_can_follow(
    session: boto3.Session,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(rule_command, "environment_session", lambda _: session)
    assert rule_command.main(["--env", "dev"]) == 1
    said = capsys.readouterr().err
    assert said.endswith('deploy it with: eval "$(fraud launch --env dev --last)"\n')
