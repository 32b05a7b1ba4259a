"""Metrics made of the serving container's structured logs."""

from aws_cdk import aws_logs as logs
from constructs import Construct

# Metric name: field of the log line that serving/request_log.py writes per request.
FIELDS = {
    "Transactions": "rows",
    "Alerts": "alerts",
    "FraudProbability": "max_fraud_probability",
    "ServerMilliseconds": "milliseconds",
}


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
