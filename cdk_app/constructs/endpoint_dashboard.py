"""One dashboard: is it used, does it answer, what does it say, what does it cost."""

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs.endpoint_alarms import alert_rate
from cdk_app.constructs.endpoint_metrics import MICROSECONDS_PER_MS, EndpointMetrics
from cdk_app.settings import InstanceHosting, Settings

_ROW_WIDTH = 24
_HEIGHT = 6


class EndpointDashboard(Construct):
    """Traffic, errors and latency; scores and alerts; load and what is paid for."""

    dashboard: cloudwatch.Dashboard

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        metrics: EndpointMetrics,
        alarms: Sequence[cloudwatch.Alarm],
    ) -> None:
        super().__init__(scope, construct_id)
        self._metrics = metrics
        self.dashboard = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=naming.dashboard_name(settings.environment),
            default_interval=Duration.hours(6),
            widgets=[
                [_heading(settings)],
                [
                    cloudwatch.AlarmStatusWidget(
                        title="Alarms", alarms=list(alarms), width=_ROW_WIDTH, height=3
                    )
                ],
                self._requests(),
                self._scores(settings),
                self._paid_for(settings),
            ],
        )

    def _requests(self) -> list[cloudwatch.IWidget]:
        invocation = self._metrics.invocation
        return [
            _graph(
                "Traffic (requests per minute)",
                [invocation("Invocations", "Sum", label="Requests")],
            ),
            _graph(
                "Errors (per minute)",
                [
                    invocation("Invocation4XXErrors", "Sum", label="4xx: refused"),
                    invocation("Invocation5XXErrors", "Sum", label="5xx: failed"),
                ],
            ),
            _graph(
                "Latency of the model (ms)",
                [
                    _milliseconds(invocation("ModelLatency", statistic), statistic)
                    for statistic in ("p50", "p90", "p99")
                ],
            ),
            _graph(
                "Latency added by SageMaker (ms)",
                [
                    _milliseconds(invocation("OverheadLatency", statistic), statistic)
                    for statistic in ("p50", "p99")
                ],
            ),
        ]

    def _scores(self, settings: Settings) -> list[cloudwatch.IWidget]:
        logged = self._metrics.logged
        alarms = settings.alarms
        return [
            _graph(
                "Highest fraud probability of each request",
                [
                    logged("FraudProbability", statistic, label=statistic)
                    for statistic in ("p50", "p90", "p99")
                ],
                width=8,
            ),
            _graph(
                "Alert rate (%, by the artifact's rule)",
                [alert_rate(self._metrics, minutes=60)],
                annotations=[
                    cloudwatch.HorizontalAnnotation(
                        value=alarms.highest_alert_percent, label="alarm"
                    )
                ],
                width=8,
            ),
            _graph(
                "Transactions scored (per 5 minutes)",
                [
                    logged("Transactions", "Sum", label="Transactions"),
                    logged("Alerts", "Sum", label="Alerts"),
                ],
                width=8,
            ),
        ]

    def _paid_for(self, settings: Settings) -> list[cloudwatch.IWidget]:
        if isinstance(settings.hosting, InstanceHosting):
            instance = self._metrics.instance
            return [
                _graph(
                    "Instances that are paid for",
                    # Every instance reports once a minute.
                    [instance("CPUUtilization", "SampleCount", label="Instances")],
                    width=8,
                ),
                _graph(
                    "CPU (%, 100 for each virtual CPU)",
                    [instance("CPUUtilization", "Maximum", label="busiest")],
                    width=8,
                ),
                _graph(
                    "Memory and disk (%)",
                    [
                        instance("MemoryUtilization", "Maximum", label="memory"),
                        instance("DiskUtilization", "Maximum", label="disk"),
                    ],
                    width=8,
                ),
            ]
        invocation = self._metrics.invocation
        return [
            _graph(
                "Compute that is paid for (ms per minute)",
                [_milliseconds(invocation("ModelLatency", "Sum"), "sum")],
                width=8,
            ),
            _graph(
                "Concurrency used (1 = all)",
                [
                    invocation(
                        "ServerlessConcurrentExecutionsUtilization",
                        "Maximum",
                        label="highest",
                    )
                ],
                width=8,
            ),
            _graph(
                "Cold starts (ms)",
                [_milliseconds(invocation("ModelSetupTime", "Maximum"), "longest")],
                width=8,
            ),
        ]


def _heading(settings: Settings) -> cloudwatch.IWidget:
    name = naming.endpoint_name(settings.environment)
    ceiling = settings.cost.monthly_cost_ceiling_usd
    time = settings.cost.destroy_serving_at
    evening = f" That happens by itself every day at **{time}**." if time else ""
    return cloudwatch.TextWidget(
        markdown=(
            f"# {name}\n"
            f"Monthly ceiling **{ceiling:g} USD**; "
            f"estimate: `fraud cost --env {settings.environment}`. "
            f"To stop paying: `cdk destroy "
            f"{naming.stack_name(settings.environment, 'serving')}`."
            f"{evening}"
        ),
        width=_ROW_WIDTH,
        height=2,
    )


def _milliseconds(metric: cloudwatch.Metric, label: str) -> cloudwatch.MathExpression:
    """Show what CloudWatch counts in microseconds as the settings count it."""
    # An id stands for one metric in a whole graph.
    microseconds = f"{label.lower()}_microseconds"
    return cloudwatch.MathExpression(
        expression=f"{microseconds} / {MICROSECONDS_PER_MS}",
        using_metrics={microseconds: metric},
        period=metric.period,
        label=label,
    )


def _graph(
    title: str,
    metrics: Sequence[cloudwatch.IMetric],
    *,
    annotations: Sequence[cloudwatch.HorizontalAnnotation] = (),
    width: int = 6,
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title,
        left=list(metrics),
        left_annotations=list(annotations),
        left_y_axis=cloudwatch.YAxisProps(min=0, show_units=False),
        width=width,
        height=_HEIGHT,
    )
