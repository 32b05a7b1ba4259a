"""Alarms, their topic and the dashboard. Knows the endpoint by its name alone."""

from aws_cdk import Aws, CfnOutput, Environment, Stack
from aws_cdk import aws_kms as kms
from constructs import Construct

from cdk_app import naming
from cdk_app.constructs.alarm_topic import AlarmTopic
from cdk_app.constructs.endpoint_alarms import EndpointAlarms
from cdk_app.constructs.endpoint_dashboard import EndpointDashboard
from cdk_app.constructs.endpoint_metrics import EndpointMetrics
from cdk_app.constructs.evening_schedule import EveningSchedule
from cdk_app.settings import Settings
from stacks.storage import StorageStack


class ObservabilityStack(Stack):
    """Can be deployed before the endpoint and outlive it."""

    topic_arn: str

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        settings: Settings,
        env: Environment,
        storage: StorageStack,
    ) -> None:
        super().__init__(
            scope,
            construct_id,
            env=env,
            description="Fraud detection: alarms and dashboard of the endpoint.",
        )
        self.add_stack_dependency(storage)
        key = (
            kms.Key.from_key_arn(self, "Key", storage.key_arn)
            if storage.key_arn
            else None
        )
        metrics = EndpointMetrics(settings.environment)
        notifications = AlarmTopic(
            self, "Notifications", key=key, email=settings.alarms.subscriber
        )
        if settings.has_budget:
            notifications.allow_budgets()
        topic = notifications.topic
        self.topic_arn = self.export_value(topic.topic_arn)
        alarms = EndpointAlarms(
            self,
            "Alarms",
            metrics=metrics,
            settings=settings.alarms,
            hosting=settings.hosting,
            topic=topic,
        ).alarms
        self._destroy_serving_daily(settings)
        dashboard = EndpointDashboard(
            self, "Overview", settings=settings, metrics=metrics, alarms=alarms
        ).dashboard
        CfnOutput(
            self,
            naming.ALARM_TOPIC_OUTPUT,
            value=topic.topic_arn,
            description="SNS topic that alarms are published to.",
        )
        CfnOutput(
            self,
            naming.ALARM_SUBSCRIBER_OUTPUT,
            value=settings.alarms.subscriber or "nobody: see [alarms] email",
            description="Who is sent an e-mail when an alarm trips.",
        )
        CfnOutput(
            self,
            naming.DASHBOARD_URL_OUTPUT,
            value=(
                f"https://{Aws.REGION}.console.aws.amazon.com/cloudwatch/home"
                f"?region={Aws.REGION}#dashboards/dashboard/"
                f"{naming.dashboard_name(settings.environment)}"
            ),
            description="The dashboard, in the console.",
        )
        CfnOutput(
            self,
            naming.DASHBOARD_OUTPUT,
            value=dashboard.dashboard_name,
            description="CloudWatch dashboard of the endpoint.",
        )

    def _destroy_serving_daily(self, settings: Settings) -> None:
        """Stop paying for a forgotten endpoint, where the settings ask for it."""
        time = settings.cost.destroy_serving_at
        if time is None:
            return
        EveningSchedule(
            self,
            "Evening",
            stack_name=naming.stack_name(settings.environment, "serving"),
            time=time,
        )
        CfnOutput(
            self,
            naming.SERVING_DESTROYED_OUTPUT,
            value=str(time),
            description="When the serving stack is deleted, every day.",
        )
