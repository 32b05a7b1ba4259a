"""CloudWatch metrics of the endpoint.

https://docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
"""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch

from cdk_app import naming

INVOCATION_NAMESPACE = "AWS/SageMaker"
MICROSECONDS_PER_MS = 1000


class EndpointMetrics:
    """The metrics of one environment's endpoint; latencies are in microseconds."""

    def __init__(self, environment: str) -> None:
        self._log_namespace = naming.metric_namespace(environment)
        self._dimensions = {
            "EndpointName": naming.endpoint_name(environment),
            "VariantName": naming.VARIANT_NAME,
        }

    def invocation(
        self, name: str, statistic: str, *, minutes: int = 1, label: str | None = None
    ) -> cloudwatch.Metric:
        """Return a metric such as ``Invocations``, ``ModelLatency`` (microseconds)."""
        return cloudwatch.Metric(
            namespace=INVOCATION_NAMESPACE,
            metric_name=name,
            dimensions_map=self._dimensions,
            statistic=statistic,
            period=Duration.minutes(minutes),
            label=label,
        )

    def instance(
        self, name: str, statistic: str, *, minutes: int = 1, label: str | None = None
    ) -> cloudwatch.Metric:
        """Return a metric such as ``MemoryUtilization`` (percent) of the instances."""
        return cloudwatch.Metric(
            namespace=naming.ENDPOINTS_LOG_GROUP_PREFIX,
            metric_name=name,
            dimensions_map=self._dimensions,
            statistic=statistic,
            period=Duration.minutes(minutes),
            label=label,
        )

    def logged(
        self, name: str, statistic: str, *, minutes: int = 5, label: str | None = None
    ) -> cloudwatch.Metric:
        """Return a metric that the stack's metric filters make of the logs."""
        return cloudwatch.Metric(
            namespace=self._log_namespace,
            metric_name=name,
            statistic=statistic,
            period=Duration.minutes(minutes),
            label=label,
        )
