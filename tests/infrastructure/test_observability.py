"""Who is told what, and what the dashboard shows."""

import json
import re
from typing import Any

import pytest

from cdk_app.constructs.endpoint_log_group import FIELDS
from tests.infrastructure.synthesized import ROOT, Synthesized

ALARM = "AWS::CloudWatch::Alarm"


def alarms(synthesized: Synthesized) -> dict[str, dict[str, Any]]:
    """The alarms of the stack by the construct's name."""
    return {
        logical_id.removeprefix("Alarms")[:-8]: resource["Properties"]
        for logical_id, resource in synthesized.resources(
            "observability", ALARM
        ).items()
    }


def text_of_dashboard(synthesized: Synthesized) -> str:
    body = synthesized.the("observability", "AWS::CloudWatch::Dashboard")
    return json.dumps(body["DashboardBody"])


def test_thresholds_come_from_the_settings(everything: Synthesized) -> None:
    found = {name: item["Threshold"] for name, item in alarms(everything).items()}
    assert found == {
        "ServerErrors": 51,
        "ClientErrorRate": 52,
        "ModelLatency": 53_000,  # microseconds
        "InvocationDrop": 54,
        "AlertRateLow": 0.5,
        "AlertRateHigh": 5.5,
        "Cpu": 56 * 4,  # 100 % for each of an xlarge's four virtual CPUs
        "Memory": 56,
    }


def test_serverless_is_watched_for_concurrency_instead_of_cpu(
    dev: Synthesized,
) -> None:
    found = alarms(dev)
    assert {"Cpu", "Memory", "InvocationDrop", "AlertRateLow"}.isdisjoint(found)
    assert found["Concurrency"]["MetricName"] == (
        "ServerlessConcurrentExecutionsUtilization"
    )
    assert found["Concurrency"]["Threshold"] == 0.9  # a fraction


def test_every_alarm_notifies_when_it_trips_and_when_it_clears(
    environment: Synthesized,
) -> None:
    (topic,) = environment.resources("observability", "AWS::SNS::Topic")
    for item in alarms(environment).values():
        assert item["AlarmActions"] == [{"Ref": topic}]
        assert item["OKActions"] == [{"Ref": topic}]


def test_silence_of_an_endpoint_with_traffic_is_an_alarm(prod: Synthesized) -> None:
    drop = alarms(prod)["InvocationDrop"]
    assert drop["TreatMissingData"] == "breaching"


def test_alert_rate_is_made_of_the_servers_logs(prod: Synthesized) -> None:
    rate = alarms(prod)["AlertRateHigh"]["Metrics"]
    (expression,) = (item["Expression"] for item in rate if "Expression" in item)
    assert expression == "100 * alerts / transactions"
    names = {
        item["MetricStat"]["Metric"]["MetricName"]
        for item in rate
        if "MetricStat" in item
    }
    assert names == {"Alerts", "Transactions"}


def test_metric_filters_read_the_fields_of_the_endpoints_log(
    environment: Synthesized,
) -> None:
    (log_group,) = environment.resources("serving", "AWS::Logs::LogGroup")
    found = {}
    for item in environment.resources("serving", "AWS::Logs::MetricFilter").values():
        properties = item["Properties"]
        assert properties["LogGroupName"] == {"Ref": log_group}
        (transformation,) = properties["MetricTransformations"]
        assert transformation["MetricNamespace"] == f"Fraud/{environment.environment}"
        name = transformation["MetricName"]
        found[name] = transformation["MetricValue"].removeprefix("$.")
        assert properties["FilterPattern"] == f"{{ $.{found[name]} >= 0 }}"
    assert found == FIELDS


def test_endpoints_log_has_the_fields_that_the_filters_read() -> None:
    """The server cannot be imported here: infrastructure knows it by names alone."""
    written = (ROOT / "serving" / "request_log.py").read_text()
    for field in FIELDS.values():
        assert f'"{field}"' in written


def test_only_this_accounts_alarms_publish_and_only_over_tls(
    environment: Synthesized,
) -> None:
    policy = environment.the("observability", "AWS::SNS::TopicPolicy")
    publish = next(
        item
        for item in policy["PolicyDocument"]["Statement"]
        if item["Sid"] == "AlarmsOfThisAccount"
    )
    assert publish["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert publish["Condition"]["StringEquals"] == {
        "aws:SourceAccount": {"Ref": "AWS::AccountId"}
    }
    denied = [
        item
        for item in policy["PolicyDocument"]["Statement"]
        if item["Effect"] == "Deny"
    ]
    assert denied[0]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_email_is_subscribed_where_one_is_given(
    everything: Synthesized, dev: Synthesized
) -> None:
    subscription = everything.the("observability", "AWS::SNS::Subscription")
    assert subscription["Protocol"] == "email"
    assert subscription["Endpoint"] == "fraud-team@example.com"
    assert not dev.resources("observability", "AWS::SNS::Subscription")


def test_topic_is_encrypted_where_there_is_a_key(
    prod: Synthesized, dev: Synthesized
) -> None:
    topic = prod.the("observability", "AWS::SNS::Topic")
    assert "EncryptionKey" in json.dumps(topic["KmsMasterKeyId"])
    assert "KmsMasterKeyId" not in dev.the("observability", "AWS::SNS::Topic")


@pytest.mark.parametrize(
    "shown",
    [
        "Invocations",
        "Invocation4XXErrors",
        "Invocation5XXErrors",
        "ModelLatency",
        "OverheadLatency",
        "FraudProbability",
        "Alerts",
        "Transactions",
        "p99",
        "cdk destroy",
        "fraud cost",
    ],
)
def test_dashboard_shows_traffic_errors_latency_scores_and_cost(
    environment: Synthesized, shown: str
) -> None:
    assert shown in text_of_dashboard(environment)


def test_dashboard_shows_what_is_paid_for(dev: Synthesized, prod: Synthesized) -> None:
    assert "ServerlessConcurrentExecutionsUtilization" in text_of_dashboard(dev)
    assert "Instances that are paid for" in text_of_dashboard(prod)


def test_outputs(environment: Synthesized) -> None:
    outputs = environment.json("observability")["Outputs"]
    assert {"AlarmTopicArn", "DashboardName"} <= set(outputs)
    assert outputs["AlarmSubscriber"]["Value"].startswith("nobody")
    name = f"fraud-{environment.environment}"
    dashboard = environment.the("observability", "AWS::CloudWatch::Dashboard")
    assert dashboard["DashboardName"] == name
    url = json.dumps(outputs["DashboardUrl"]["Value"])
    assert f"#dashboards/dashboard/{name}" in url


def test_latencies_are_shown_in_milliseconds_as_the_settings_say_them(
    environment: Synthesized,
) -> None:
    """CloudWatch counts microseconds: each is hidden behind an expression."""
    text = text_of_dashboard(environment)
    assert "µs" not in text
    for name in ("ModelLatency", "OverheadLatency", "ModelSetupTime"):
        shown = text.count(f'\\"{name}\\"')
        hidden = len(re.findall(rf'\\"{name}\\"[^\]]*?\\"visible\\":false', text))
        assert shown == hidden, name
    assert "_microseconds / 1000" in text
