"""The endpoint's log group, and the metrics that are read from its lines."""

from aws_cdk import RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs.log_retention import log_retention
from cdk_app.settings import Settings

# Metric name: field of the log line that serving/request_log.py writes per request.
FIELDS = {
    "Transactions": "rows",
    "Alerts": "alerts",
    "FraudProbability": "max_fraud_probability",
    "ServerMilliseconds": "milliseconds",
}


def endpoint_log_group(
    scope: Construct, *, settings: Settings, key_arn: str | None
) -> logs.LogGroup:
    """Make the group before SageMaker would, without retention or owner."""
    log_group = logs.LogGroup(
        scope,
        "EndpointLogs",
        log_group_name=naming.endpoint_log_group_name(settings.environment),
        retention=log_retention(settings.logs),
        encryption_key=kms.Key.from_key_arn(scope, "Key", key_arn) if key_arn else None,
        removal_policy=RemovalPolicy.DESTROY,
    )
    ScoreMetrics(
        scope,
        "Scores",
        log_group=log_group,
        namespace=naming.metric_namespace(settings.environment),
    )
    return log_group


class ScoreMetrics(Construct):
    """One metric filter for each logged field; the log line holds no feature."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        log_group: logs.LogGroup,
        namespace: str,
    ) -> None:
        super().__init__(scope, construct_id)
        for name, field in FIELDS.items():
            logs.MetricFilter(
                self,
                name,
                log_group=log_group,
                # As a number: `= "*"` compares strings, which may not be written
                # in scientific notation.
                filter_pattern=logs.FilterPattern.number_value(f"$.{field}", ">=", 0),
                metric_namespace=namespace,
                metric_name=name,
                metric_value=f"$.{field}",
            )
