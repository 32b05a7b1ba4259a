"""The ceiling, the budget and the evening schedule, in the templates."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cdk_app import prices, settings
from operations.leftovers.kinds import KINDS
from review.cost import gate
from review.cost.estimate import Estimate, estimate
from review.cost.free import FREE_RESOURCE_TYPES
from review.cost.meters import METERS
from review.cost.templates import read_resources
from review.cost.workload import Workload
from tests.infrastructure.synthesized import Synthesized

# The month of these tests, so that other defaults change no expectation here.
MONTH = Workload(
    requests_per_month=3_000_000,
    training_hours=4,
    stored_gb_per_bucket=2,
    other_logs_gb=0.1,
    seconds_per_request=0.002,
    request_bytes=600,
    response_bytes=50,
    log_bytes_per_request=300,
)
GB = 1024**3
LOGS_GB = 3_000_000 * 300 / GB
IMAGES_USD = 2 * 0.10  # a repository is priced by what a bucket holds
#: Four builds a month of five minutes each.
BUILDS_USD = 4 * 5 * 0.005
PASSED_THROUGH = 3_000_000 * 650 / GB * 0.016


def month(synthesized: Synthesized) -> Estimate:
    return estimate(
        synthesized.settings,
        read_resources(Path(synthesized.assembly.directory), synthesized.environment),
        prices.load(),
        synthesized.settings.aws.region or "us-east-1",
        MONTH,
    )


def test_every_resource_is_priced_and_the_ceiling_holds(
    environment: Synthesized,
) -> None:
    ceiling = environment.settings.cost.monthly_cost_ceiling_usd
    assert gate.problems(month(environment), ceiling) == []


def test_what_is_priced_or_free_is_what_the_stacks_make_and_nothing_else(
    environments: Mapping[str, Synthesized],
    everything: Synthesized,
    project_image: Synthesized,
    dev_history: Synthesized,
) -> None:
    made = {
        resource["Type"]
        for synthesized in (
            *environments.values(),
            everything,
            project_image,
            dev_history,
        )
        for unit in synthesized.units
        for resource in synthesized.json(unit)["Resources"].values()
    }
    assert METERS.keys().isdisjoint(FREE_RESOURCE_TYPES)
    assert METERS.keys() | FREE_RESOURCE_TYPES.keys() == made


#: What is billed → the kind under which `fraud leftovers` finds it.
KINDS_OF_LEFTOVERS = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": "scalable target",
    "AWS::CloudWatch::Alarm": "alarm",
    "AWS::CloudWatch::Dashboard": "dashboard",
    "AWS::CodeBuild::Project": "build project",
    "AWS::DynamoDB::Table": "DynamoDB table",
    "AWS::EC2::VPCEndpoint": "VPC endpoint",
    "AWS::ECR::Repository": "image repository",
    "AWS::KMS::Key": "KMS key",
    "AWS::Logs::LogGroup": "log group",
    "AWS::Logs::MetricFilter": "log group",
    "AWS::S3::Bucket": "bucket",
    "AWS::SageMaker::EndpointConfig": "endpoint config",
    "AWS::SecretsManager::Secret": "secret",
}


def test_whatever_is_billed_is_looked_for_among_the_leftovers() -> None:
    assert KINDS_OF_LEFTOVERS.keys() == METERS.keys()
    assert {*KINDS_OF_LEFTOVERS.values()} <= {kind.name for kind in KINDS}


def count(synthesized: Synthesized, resource_type: str) -> int:
    return sum(
        len(synthesized.resources(unit, resource_type)) for unit in synthesized.units
    )


def monitoring_usd(synthesized: Synthesized) -> float:
    """Return alarms by their metrics, and dashboards, counted in the templates."""
    alarms = [
        resource["Properties"]
        for unit in synthesized.units
        for resource in synthesized.resources(unit, "AWS::CloudWatch::Alarm").values()
    ]
    metrics = sum(
        sum("MetricStat" in metric for metric in alarm["Metrics"])
        if "Metrics" in alarm
        else 1
        for alarm in alarms
    )
    return metrics * 0.10 + count(synthesized, "AWS::CloudWatch::Dashboard") * 3.00


def logs_usd(retention_days: int) -> float:
    return LOGS_GB * 0.50 + LOGS_GB * retention_days / 30 * 0.03


def function_logs_usd(retention_days: int) -> float:
    return 0.1 * 0.50 + 0.1 * retention_days / 30 * 0.03


def test_the_month_of_dev(dev: Synthesized) -> None:
    """Serverless: of its hosting nothing is paid while nobody calls."""
    result = month(dev)
    idle = (
        monitoring_usd(dev)
        + count(dev, "AWS::S3::Bucket") * 2 * 0.023
        + IMAGES_USD
        + function_logs_usd(7)
    )
    traffic = (
        3_000_000 * 0.002 * 0.00004
        + PASSED_THROUGH
        + logs_usd(7)
        + count(dev, "AWS::Logs::MetricFilter") * 0.30
    )
    training = 4 * 0.115 + 10 * 4 / 730 * 0.14
    assert result.idle_usd == pytest.approx(idle)
    assert result.usd == pytest.approx(idle + traffic + training)
    assert result.maximum_usd == pytest.approx(result.usd)
    assert count(dev, "AWS::KMS::Key") == 0


def test_the_month_of_staging(staging: Synthesized) -> None:
    """One instance, busy or not."""
    result = month(staging)
    idle = (
        (730 * 0.115 + 30 * 0.14)
        + monitoring_usd(staging)
        + count(staging, "AWS::S3::Bucket") * 2 * 0.023
        + IMAGES_USD
        + function_logs_usd(14)
    )
    traffic = (
        PASSED_THROUGH + logs_usd(14) + count(staging, "AWS::Logs::MetricFilter") * 0.30
    )
    training = 4 * 0.115 + 10 * 4 / 730 * 0.14
    builds = BUILDS_USD + function_logs_usd(14)
    assert result.idle_usd == pytest.approx(idle)
    assert result.usd == pytest.approx(idle + traffic + training + builds)
    assert result.maximum_usd == pytest.approx(result.usd)


def test_the_month_of_prod(prod: Synthesized) -> None:
    """Two to six instances, one key, and a tenth of the traffic captured."""
    result = month(prod)
    one_instance = 730 * 0.115 + 10 * 0.14
    idle = (
        2 * one_instance
        + monitoring_usd(prod)
        + 2 * 0.10  # the alarms of target tracking
        + 1 * 1.00  # the key
        + count(prod, "AWS::S3::Bucket") * 2 * 0.023
        + IMAGES_USD
    )
    captured_gb = 3_000_000 * 0.10 * (650 + 500) / GB
    traffic = (
        PASSED_THROUGH
        + logs_usd(365)
        + captured_gb * 90 / 30 * 0.023
        + count(prod, "AWS::Logs::MetricFilter") * 0.30
    )
    training = 4 * 0.23 + 30 * 4 / 730 * 0.14
    builds = BUILDS_USD + function_logs_usd(365)
    assert result.idle_usd == pytest.approx(idle)
    assert result.usd == pytest.approx(idle + traffic + training + builds)
    assert result.maximum_usd == pytest.approx(result.usd + 4 * one_instance)
    assert count(prod, "AWS::KMS::Key") == 1


def test_the_ceiling_is_a_budget_of_the_environments_tags(
    environment: Synthesized,
) -> None:
    budget = environment.the("budget", "AWS::Budgets::Budget")
    data = budget["Budget"]
    assert data["BudgetType"] == "COST"
    assert data["TimeUnit"] == "MONTHLY"
    ceiling = environment.settings.cost.monthly_cost_ceiling_usd
    assert data["BudgetLimit"] == {"Amount": ceiling, "Unit": "USD"}
    filters = {
        part["Tags"]["Key"]: part["Tags"]["Values"]
        for part in data["FilterExpression"]["And"]
    }
    assert filters == {
        "Project": ["fraud-endpoint"],
        "Environment": [environment.environment],
    }
    tags = {tag["Key"]: tag["Value"] for tag in budget["ResourceTags"]}
    assert tags["Environment"] == environment.environment


def with_text(name: str, old: str, new: str, directory: Path) -> Synthesized:
    """Synthesize a shipped environment with one piece of its file replaced."""
    text = (settings.ENVIRONMENTS_DIRECTORY / f"{name}.toml").read_text()
    assert text.count(old) == 1
    (directory / f"{name}.toml").write_text(text.replace(old, new))
    return Synthesized(settings.load(name, directory), directory / "out")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[cost]\n", "[cost]\nbudget = false\n"),
        ("[storage]\n", '[aws]\nregion = "eu-north-1"\n\n[storage]\n'),
    ],
    ids=["by choice", "by region"],
)
def test_without_a_budget_the_alarms_stay(old: str, new: str, tmp_path: Path) -> None:
    """eu-north-1 has no `AWS::Budgets::Budget`."""
    chosen = with_text("staging", old, new, tmp_path)
    assert "budget" not in chosen.units
    assert chosen.resources("observability", "AWS::CloudWatch::Alarm")
    policy = chosen.the("observability", "AWS::SNS::TopicPolicy")
    assert "budgets.amazonaws.com" not in json.dumps(policy)


def test_the_budget_is_alone_and_nothing_needs_it(environment: Synthesized) -> None:
    resources = environment.json("budget")["Resources"].values()
    assert [item["Type"] for item in resources] == ["AWS::Budgets::Budget"]
    name = f"fraud-{environment.environment}-budget"
    for unit in environment.units:
        assert name not in {one.id for one in environment.stack(unit).dependencies}


def test_the_budget_tells_the_topic_at_half_four_fifths_and_all_of_it(
    dev: Synthesized,
) -> None:
    budget = dev.the("budget", "AWS::Budgets::Budget")
    (topic,) = dev.resources("observability", "AWS::SNS::Topic")
    (export,) = (
        output["Export"]["Name"]
        for output in dev.json("observability")["Outputs"].values()
        if "Export" in output and output["Value"] == {"Ref": topic}
    )
    told = {
        (
            item["Notification"]["NotificationType"],
            item["Notification"]["Threshold"],
            item["Subscribers"][0]["Address"]["Fn::ImportValue"],
        )
        for item in budget["NotificationsWithSubscribers"]
    }
    assert told == {
        (kind, percent, export)
        for kind in ("ACTUAL", "FORECASTED")
        for percent in (50, 80, 100)
    }
    statements = dev.the("observability", "AWS::SNS::TopicPolicy")["PolicyDocument"][
        "Statement"
    ]
    (allowed,) = [
        item
        for item in statements
        if item["Principal"] == {"Service": "budgets.amazonaws.com"}
    ]
    assert allowed["Condition"]["StringEquals"] == {
        "aws:SourceAccount": {"Ref": "AWS::AccountId"}
    }


def schedule(synthesized: Synthesized) -> dict[str, Any]:
    return synthesized.the("observability", "AWS::Scheduler::Schedule")


def test_the_evening_schedule_deletes_the_serving_stack_itself(
    staging: Synthesized,
) -> None:
    properties = schedule(staging)
    assert properties["ScheduleExpression"] == "cron(0 20 * * ? *)"
    assert properties["ScheduleExpressionTimezone"] == "Europe/Brussels"
    target = properties["Target"]
    assert json.loads(target["Input"]) == {"StackName": "fraud-staging-serving"}
    assert ":scheduler:::aws-sdk:cloudformation:deleteStack" in json.dumps(
        target["Arn"]
    )
    assert not any(
        staging.resources("observability", resource_type)
        for resource_type in ("AWS::Lambda::Function", "AWS::SSM::Association")
    )


def test_the_schedules_role_deletes_that_stack_and_nothing_else(
    staging: Synthesized,
) -> None:
    policy = staging.the("observability", "AWS::IAM::ManagedPolicy")
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == "cloudformation:DeleteStack"
    assert json.dumps(statement["Resource"]).endswith(
        ':stack/fraud-staging-serving/*"]]}'
    )
    role = staging.the("observability", "AWS::IAM::Role")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    (group,) = staging.resources("observability", "AWS::Scheduler::ScheduleGroup")
    assert trust["Condition"]["StringEquals"]["aws:SourceArn"] == {
        "Fn::GetAtt": [group, "Arn"]
    }


def test_the_schedules_group_carries_the_tags_that_schedules_cannot(
    staging: Synthesized,
) -> None:
    group = staging.the("observability", "AWS::Scheduler::ScheduleGroup")
    tags = {tag["Key"]: tag["Value"] for tag in group["Tags"]}
    assert tags["Project"] == "fraud-endpoint"
    assert tags["Environment"] == "staging"


def test_outputs_and_dashboard_say_when_serving_goes(staging: Synthesized) -> None:
    for unit in ("serving", "observability"):
        output = staging.json(unit)["Outputs"]["ServingDestroyedDailyAt"]
        assert output["Value"] == "20:00 Europe/Brussels"
    dashboard = staging.the("observability", "AWS::CloudWatch::Dashboard")
    assert "every day at **20:00 Europe/Brussels**" in json.dumps(dashboard)


def test_the_time_and_zone_are_the_settings(everything: Synthesized) -> None:
    properties = schedule(everything)
    assert properties["ScheduleExpression"] == "cron(45 21 * * ? *)"
    assert properties["ScheduleExpressionTimezone"] == "America/New_York"


def test_an_environment_that_does_not_ask_keeps_its_endpoint(prod: Synthesized) -> None:
    assert not prod.resources("observability", "AWS::Scheduler::Schedule")
    assert "ServingDestroyedDailyAt" not in prod.json("serving")["Outputs"]
    assert "happens by itself" not in json.dumps(prod.json("observability"))
