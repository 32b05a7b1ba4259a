"""What a month costs, against arithmetic from the prices as literals."""

import json
from pathlib import Path
from typing import Any

import pytest

from cdk_app import prices
from cdk_app.settings import load
from review.cost.estimate import Estimate, estimate
from review.cost.items import Basis
from review.cost.templates import TemplateError, read_resources
from review.cost.workload import Workload, WorkloadError

from .templates import (
    instance_config,
    resource,
    scalable_target,
    serverless_config,
    write_stack,
)

GB = 1024**3
QUIET = Workload(
    requests_per_month=0, training_hours=0, stored_gb_per_bucket=0, other_logs_gb=0
)
BUSY = Workload(
    requests_per_month=2_000_000,
    training_hours=3,
    stored_gb_per_bucket=5,
    other_logs_gb=0.5,
    seconds_per_request=0.004,
    request_bytes=600,
    response_bytes=50,
    log_bytes_per_request=250,
)


def of(
    directory: Path,
    workload: Workload,
    *,
    environment: str = "dev",
    region: str = "us-east-1",
) -> Estimate:
    return estimate(
        load(environment),
        read_resources(directory, environment),
        prices.load(),
        region,
        workload,
    )


def test_a_serverless_environment(tmp_path: Path) -> None:
    write_stack(
        tmp_path,
        "fraud-dev-storage",
        Data=resource("AWS::S3::Bucket"),
        Artifacts=resource("AWS::S3::Bucket"),
        EmptierLogs=resource(
            "AWS::Logs::LogGroup",
            LogGroupName={"Fn::Join": ["", ["/aws/lambda/", {"Ref": "Handler"}]]},
            RetentionInDays=7,
        ),
    )
    write_stack(tmp_path, "fraud-dev-training", Role=resource("AWS::IAM::Role"))
    write_stack(
        tmp_path,
        "fraud-dev-serving",
        Config=serverless_config(2048),
        Logs=resource(
            "AWS::Logs::LogGroup",
            LogGroupName="/aws/sagemaker/Endpoints/fraud-dev",
            RetentionInDays=7,
        ),
        Model=resource("AWS::SageMaker::Model"),
        Endpoint=resource("AWS::SageMaker::Endpoint"),
    )

    month = of(tmp_path, BUSY)

    standing = 2 * 5 * 0.023 + 0.5 * 0.50 + 0.5 * 7 / 30 * 0.03
    logs_gb = 2_000_000 * 250 / GB
    traffic = (
        2_000_000 * 0.004 * 0.00004
        + 2_000_000 * 650 / GB * 0.016
        + logs_gb * 0.50
        + logs_gb * 7 / 30 * 0.03
    )
    training = 3 * 0.115 + 10 * 3 / 730 * 0.14
    assert month.idle_usd == pytest.approx(standing)
    assert month.basis_usd(Basis.TRAFFIC) == pytest.approx(traffic)
    assert month.basis_usd(Basis.TRAINING) == pytest.approx(training)
    assert month.usd == pytest.approx(standing + traffic + training)
    assert month.maximum_usd == pytest.approx(month.usd)
    assert month.usd_per_million_predictions == pytest.approx((standing + traffic) / 2)
    assert month.unknown_items == ()
    assert month.unlisted_types == ()


def test_an_autoscaled_environment_with_capture_key_and_monitoring(
    tmp_path: Path,
) -> None:
    write_stack(
        tmp_path,
        "fraud-prod-storage",
        Data=resource(
            "AWS::S3::Bucket",
            LifecycleConfiguration={
                "Rules": [{"Prefix": "captures/", "ExpirationInDays": 15}]
            },
        ),
        Key=resource("AWS::KMS::Key", EnableKeyRotation=True),
        Alias=resource("AWS::KMS::Alias"),
    )
    write_stack(
        tmp_path,
        "fraud-prod-serving",
        Config=instance_config(
            "ml.m5.large",
            2,
            DataCaptureConfig={
                "EnableCapture": True,
                "InitialSamplingPercentage": 20,
                "DestinationS3Uri": {"Ref": "Bucket"},
            },
        ),
        Target=scalable_target(2, 6),
        Policy=resource(
            "AWS::ApplicationAutoScaling::ScalingPolicy",
            TargetTrackingScalingPolicyConfiguration={"TargetValue": 1000},
        ),
        Errors=resource("AWS::CloudWatch::Alarm", MetricName="5XX", Period=60),
        ErrorRate=resource(
            "AWS::CloudWatch::Alarm",
            Metrics=[
                {"Expression": "errors / requests"},
                {"MetricStat": {"Period": 60}},
                {"MetricStat": {"Period": 60}},
            ],
        ),
    )
    write_stack(
        tmp_path,
        "fraud-prod-observability",
        Dashboard=resource("AWS::CloudWatch::Dashboard"),
        Score=resource("AWS::Logs::MetricFilter", MetricTransformations=[{}, {}]),
        Budget=resource("AWS::Budgets::Budget"),
        Topic=resource("AWS::SNS::Topic"),
    )

    month = of(tmp_path, BUSY, environment="prod")

    instances = 2 * 730 * 0.115 + 2 * 30 * 0.14
    at_maximum = 6 * 730 * 0.115 + 6 * 30 * 0.14
    monitoring = 2 * 0.10 + 1 * 0.10 + 2 * 0.10 + 3.00
    standing = instances + monitoring + 1.00 + 5 * 0.023
    captured_gb = 2_000_000 * 0.20 * (650 + 500) / GB
    passed_through = 2_000_000 * 650 / GB * 0.016
    traffic = passed_through + captured_gb * 15 / 30 * 0.023 + 2 * 0.30
    training = 3 * 0.23 + 30 * 3 / 730 * 0.14
    assert month.idle_usd == pytest.approx(standing)
    assert month.usd == pytest.approx(standing + traffic + training)
    assert month.maximum_usd == pytest.approx(month.usd - instances + at_maximum)


def test_instances_in_another_region_have_that_regions_prices(tmp_path: Path) -> None:
    write_stack(
        tmp_path, "fraud-staging-serving", Config=instance_config("ml.m5.xlarge", 3)
    )
    month = of(tmp_path, QUIET, environment="staging", region="eu-west-1")
    assert month.usd == pytest.approx(3 * (730 * 0.257 + 30 * 0.154))
    assert month.unknown_items == ("sagemaker.training.ml.m5.large",)


def test_metrics_of_logs_cost_nothing_without_requests(tmp_path: Path) -> None:
    write_stack(
        tmp_path,
        "fraud-dev-serving",
        Scores=resource("AWS::Logs::MetricFilter", MetricTransformations=[{}]),
    )
    assert of(tmp_path, QUIET).usd == 0
    assert of(tmp_path, BUSY).basis_usd(Basis.TRAFFIC) == pytest.approx(0.30)


def test_without_requests_a_million_predictions_have_no_price(tmp_path: Path) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Config=serverless_config())
    assert of(tmp_path, QUIET).usd_per_million_predictions is None


def test_a_serverless_endpoint_is_free_while_idle(tmp_path: Path) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Config=serverless_config())
    assert of(tmp_path, BUSY).idle_usd == 0


def test_provisioned_concurrency_is_paid_while_idle_and_never_taken_for_free(
    tmp_path: Path,
) -> None:
    write_stack(
        tmp_path,
        "fraud-dev-serving",
        Config=serverless_config(2048, ProvisionedConcurrency=2),
    )
    month = of(tmp_path, QUIET)
    (line,) = [item for item in month.lines if "provisioned" in item.item]
    assert line.quantity == 2 * 730 * 3600
    assert line.basis is Basis.STANDING
    assert month.unknown_items == ("sagemaker.serverless-provisioned.2048",)


@pytest.mark.parametrize(
    ("alarm", "count"),
    [
        ({"MetricName": "5XX", "Period": 60}, 1),
        (
            {
                "Metrics": [
                    {"MetricStat": {"Period": 60}},
                    {"MetricStat": {"Period": 60}},
                    {"Expression": "m1 / m2"},
                ]
            },
            2,
        ),
    ],
)
def test_alarms_are_billed_by_the_metrics_they_read(
    tmp_path: Path, alarm: dict[str, Any], count: int
) -> None:
    write_stack(
        tmp_path, "fraud-dev-serving", Alarm=resource("AWS::CloudWatch::Alarm", **alarm)
    )
    (line,) = [line for line in of(tmp_path, QUIET).lines if "alarm" in line.item]
    assert line.quantity == count


@pytest.mark.parametrize(
    ("endpoint", "hours"),
    [
        ({"VpcEndpointType": "Interface", "SubnetIds": ["a", "b"]}, 2 * 730),
        ({"VpcEndpointType": "Gateway"}, 0),
        ({}, 0),
    ],
)
def test_interface_endpoints_are_billed_by_subnet_and_hour(
    tmp_path: Path, endpoint: dict[str, Any], hours: float
) -> None:
    write_stack(
        tmp_path,
        "fraud-dev-serving",
        Private=resource("AWS::EC2::VPCEndpoint", **endpoint),
    )
    assert of(tmp_path, QUIET).usd == pytest.approx(hours * 0.01)


def test_an_image_repository_is_billed_by_what_it_stores(tmp_path: Path) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Images=resource("AWS::ECR::Repository"))
    month = of(tmp_path, Workload(0, 0, stored_gb_per_bucket=4))
    assert month.usd == pytest.approx(4 * 0.10)


def test_an_unlisted_resource_type_is_reported(tmp_path: Path) -> None:
    write_stack(
        tmp_path,
        "fraud-dev-serving",
        Gateway=resource("AWS::EC2::NatGateway"),
        Another=resource("AWS::EC2::NatGateway"),
    )
    assert of(tmp_path, QUIET).unlisted_types == ("AWS::EC2::NatGateway",)


@pytest.mark.parametrize(
    ("config", "where"),
    [
        (instance_config(count={"Ref": "Count"}), "InitialInstanceCount"),  # type: ignore[arg-type]
        (serverless_config({"Ref": "Memory"}), "MemorySizeInMB"),  # type: ignore[arg-type]
        (resource("AWS::Logs::LogGroup"), "RetentionInDays"),
    ],
)
def test_a_quantity_that_the_template_does_not_state_is_refused(
    tmp_path: Path, config: dict[str, Any], where: str
) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Config=config)
    with pytest.raises(TemplateError, match=rf"{where}: expected a number"):
        of(tmp_path, QUIET)


def test_numbers_may_stand_as_text_as_cloudformation_allows(tmp_path: Path) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Config=instance_config(count="2"))  # type: ignore[arg-type]
    assert of(tmp_path, QUIET).usd == pytest.approx(2 * (730 * 0.115 + 30 * 0.14))


def test_captures_that_nothing_deletes_are_refused(tmp_path: Path) -> None:
    capture = {"EnableCapture": True, "InitialSamplingPercentage": 10}
    write_stack(
        tmp_path, "fraud-dev-serving", Config=instance_config(DataCaptureConfig=capture)
    )
    with pytest.raises(TemplateError, match="grows for ever"):
        of(tmp_path, QUIET)


def test_no_templates_names_the_command_that_writes_them(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="npx cdk synth --quiet -c env=dev"):
        read_resources(tmp_path, "dev")


@pytest.mark.parametrize("content", ["{", "[]", json.dumps({"Resources": {"A": {}}})])
def test_a_broken_template_is_refused_by_name(tmp_path: Path, content: str) -> None:
    (tmp_path / "fraud-dev-serving.template.json").write_text(content)
    with pytest.raises(TemplateError, match=r"^fraud-dev-serving\.template\.json"):
        read_resources(tmp_path, "dev")


@pytest.mark.parametrize("value", [-1, float("nan"), float("inf")])
def test_an_impossible_workload_is_refused(value: float) -> None:
    with pytest.raises(WorkloadError, match="requests_per_month: expected a number"):
        Workload(requests_per_month=value)
