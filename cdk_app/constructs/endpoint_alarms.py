"""Alarms that people are told about."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_sns as sns
from constructs import Construct

from cdk_app.constructs.endpoint_metrics import MICROSECONDS_PER_MS, EndpointMetrics
from cdk_app.settings import AlarmSettings, HostingSettings, InstanceHosting

Comparison = cloudwatch.ComparisonOperator
# Rates of a handful of requests say nothing.
FEWEST_REQUESTS_FOR_A_RATE = 20


class EndpointAlarms(Construct):
    """Errors, latency, traffic, load and the rate of alerts."""

    alarms: list[cloudwatch.Alarm]

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        metrics: EndpointMetrics,
        settings: AlarmSettings,
        hosting: HostingSettings,
        topic: sns.Topic,
    ) -> None:
        super().__init__(scope, construct_id)
        self.alarms = []
        self._metrics = metrics
        self._action = actions.SnsAction(topic)
        self._errors(settings)
        self._latency_and_traffic(settings)
        self._load(settings, hosting)
        self._alert_rate(settings)

    def _add(
        self,
        name: str,
        description: str,
        metric: cloudwatch.IMetric,
        threshold: float,
        comparison: Comparison = Comparison.GREATER_THAN_THRESHOLD,
        *,
        periods: int = 1,
        missing: cloudwatch.TreatMissingData = (
            cloudwatch.TreatMissingData.NOT_BREACHING
        ),
    ) -> None:
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_description=description,
            metric=metric,
            threshold=threshold,
            comparison_operator=comparison,
            evaluation_periods=periods,
            treat_missing_data=missing,
        )
        alarm.add_alarm_action(self._action)
        alarm.add_ok_action(self._action)
        self.alarms.append(alarm)

    def _errors(self, settings: AlarmSettings) -> None:
        self._add(
            "ServerErrors",
            "The endpoint answers 5xx.",
            self._metrics.invocation("Invocation5XXErrors", "Sum", minutes=5),
            settings.server_errors_per_5_minutes,
            Comparison.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        )
        self._add(
            "ClientErrorRate",
            "Many requests are refused (4xx, percent): callers send bad transactions.",
            cloudwatch.MathExpression(
                expression=(
                    f"IF(all >= {FEWEST_REQUESTS_FOR_A_RATE}, 100 * refused / all, 0)"
                ),
                using_metrics={
                    "all": self._metrics.invocation("Invocations", "Sum", minutes=5),
                    "refused": self._metrics.invocation(
                        "Invocation4XXErrors", "Sum", minutes=5
                    ),
                },
                period=Duration.minutes(5),
                label="4xx rate (%)",
            ),
            settings.client_error_percent,
            periods=2,
        )

    def _latency_and_traffic(self, settings: AlarmSettings) -> None:
        self._add(
            "ModelLatency",
            f"p99 of the model's latency is above {settings.model_latency_p99_ms:g} ms "
            "(CloudWatch shows microseconds).",
            self._metrics.invocation("ModelLatency", "p99", minutes=5),
            settings.model_latency_p99_ms * MICROSECONDS_PER_MS,
            periods=3,
        )
        if settings.fewest_invocations_per_hour is not None:
            self._add(
                "InvocationDrop",
                "Callers no longer reach the endpoint, or it is gone.",
                self._metrics.invocation("Invocations", "Sum", minutes=60),
                settings.fewest_invocations_per_hour,
                Comparison.LESS_THAN_THRESHOLD,
                missing=cloudwatch.TreatMissingData.BREACHING,
            )

    def _load(self, settings: AlarmSettings, hosting: HostingSettings) -> None:
        percent = settings.utilization_percent
        if not isinstance(hosting, InstanceHosting):
            self._add(
                "Concurrency",
                "Close to the highest concurrency; beyond it requests are throttled.",
                self._metrics.invocation(
                    "ServerlessConcurrentExecutionsUtilization", "Maximum", minutes=5
                ),
                percent / 100,
            )
            return
        self._add(
            "Cpu",
            "CPU of the busiest instance (100 % for each virtual CPU).",
            self._metrics.instance("CPUUtilization", "Maximum", minutes=5),
            percent * hosting.vcpus_per_instance,
            periods=3,
        )
        self._add(
            "Memory",
            "Memory of the fullest instance (percent).",
            self._metrics.instance("MemoryUtilization", "Maximum", minutes=5),
            percent,
            periods=3,
        )

    def _alert_rate(self, settings: AlarmSettings) -> None:
        rate = alert_rate(self._metrics, minutes=60)
        self._add(
            "AlertRateHigh",
            "More alerts than reviewers expect: an attack, or data that has shifted.",
            rate,
            settings.highest_alert_percent,
        )
        if settings.lowest_alert_percent > 0:
            self._add(
                "AlertRateLow",
                "Fewer alerts than reviewers expect: the model may have gone blind.",
                rate,
                settings.lowest_alert_percent,
                Comparison.LESS_THAN_THRESHOLD,
            )


def alert_rate(metrics: EndpointMetrics, *, minutes: int) -> cloudwatch.MathExpression:
    """Return the share of transactions (percent) that the artifact's rule alerts on."""
    return cloudwatch.MathExpression(
        expression="100 * alerts / transactions",
        using_metrics={
            "alerts": metrics.logged("Alerts", "Sum", minutes=minutes),
            "transactions": metrics.logged("Transactions", "Sum", minutes=minutes),
        },
        period=Duration.minutes(minutes),
        label="Alert rate (%)",
    )
