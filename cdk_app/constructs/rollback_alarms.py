"""The alarms that send a deployment back to the model that served before."""

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from cdk_app.constructs.endpoint_metrics import MICROSECONDS_PER_MS, EndpointMetrics
from cdk_app.constructs.findings import accept
from cdk_app.settings import RollbackSettings

_READ_BY_SAGEMAKER = (
    "SageMaker itself reads this alarm during a deployment and acts on it; people "
    "hear from the observability stack's alarm on the same metric."
)


class RollbackAlarms(Construct):
    """Alarms of one-minute periods, so that they trip while traffic is shifting."""

    alarms: list[cloudwatch.Alarm]

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        metrics: EndpointMetrics,
        thresholds: RollbackSettings,
    ) -> None:
        super().__init__(scope, construct_id)
        self.alarms = [
            cloudwatch.Alarm(
                self,
                "ServerErrors",
                alarm_description="Roll back: the endpoint answers 5xx.",
                metric=metrics.invocation("Invocation5XXErrors", "Sum"),
                threshold=thresholds.server_errors_per_minute,
                comparison_operator=_AT_LEAST,
                evaluation_periods=1,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            ),
            cloudwatch.Alarm(
                self,
                "ModelLatency",
                alarm_description=(
                    "Roll back: p99 of the model's latency is above "
                    f"{thresholds.model_latency_p99_ms:g} ms."
                ),
                metric=metrics.invocation("ModelLatency", "p99"),
                threshold=thresholds.model_latency_p99_ms * MICROSECONDS_PER_MS,
                comparison_operator=_ABOVE,
                evaluation_periods=2,
                datapoints_to_alarm=2,
                treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            ),
        ]
        if thresholds.invocations_per_minute is not None:
            self.alarms.append(
                cloudwatch.Alarm(
                    self,
                    "Invocations",
                    alarm_description="Roll back: callers do not reach the endpoint.",
                    metric=metrics.invocation("Invocations", "Sum"),
                    threshold=thresholds.invocations_per_minute,
                    comparison_operator=_BELOW,
                    evaluation_periods=2,
                    treat_missing_data=cloudwatch.TreatMissingData.BREACHING,
                )
            )
        for alarm in self.alarms:
            accept(alarm, "NIST.800.53.R5-CloudWatchAlarmAction", _READ_BY_SAGEMAKER)


_AT_LEAST = cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD
_ABOVE = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD
_BELOW = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD
