"""Deletes the serving stack every day, so that a forgotten endpoint stops costing."""

import json

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from cdk_app.constructs.roles import Policy
from cdk_app.settings import DailyTime


class EveningSchedule(Construct):
    """A schedule that calls CloudFormation itself: no function in between.

    Its role may delete that one stack and nothing else. What the stack holds is
    deleted by the role that the CDK deployed it with, which CloudFormation keeps.
    Deleting a stack that is not there succeeds, so a second evening does no harm.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        stack_name: str,
        time: DailyTime,
    ) -> None:
        super().__init__(scope, construct_id)
        # A group, because groups carry tags and schedules cannot.
        group = scheduler.CfnScheduleGroup(self, "Group")
        role = self._role(group, stack_name)
        scheduler.CfnSchedule(
            self,
            "Schedule",
            description=f"Deletes {stack_name} every day at {time}.",
            group_name=group.ref,
            schedule_expression=f"cron({time.minute} {time.hour} * * ? *)",
            schedule_expression_timezone=time.time_zone,
            flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(
                mode="OFF"
            ),
            target=scheduler.CfnSchedule.TargetProperty(
                arn=f"arn:{Aws.PARTITION}:scheduler:::aws-sdk:cloudformation:deleteStack",
                role_arn=role.role_arn,
                input=json.dumps({"StackName": stack_name}),
                retry_policy=scheduler.CfnSchedule.RetryPolicyProperty(
                    maximum_retry_attempts=10, maximum_event_age_in_seconds=3600
                ),
            ),
        )

    def _role(
        self,
        group: scheduler.CfnScheduleGroup,
        stack_name: str,
    ) -> iam.Role:
        stack_arn = (
            f"arn:{Aws.PARTITION}:cloudformation:{Aws.REGION}:{Aws.ACCOUNT_ID}"
            f":stack/{stack_name}/*"
        )
        description = f"Deletes the stack {stack_name} every evening."
        policy = Policy(
            self,
            "Permissions",
            description=description,
            statements=[
                iam.PolicyStatement(
                    sid="DeleteServingStack",
                    actions=["cloudformation:DeleteStack"],
                    resources=[stack_arn],
                )
            ],
        ).policy
        return iam.Role(
            self,
            "Role",
            description=description,
            assumed_by=iam.ServicePrincipal(
                "scheduler.amazonaws.com",
                conditions={
                    "StringEquals": {
                        "aws:SourceAccount": Aws.ACCOUNT_ID,
                        "aws:SourceArn": group.attr_arn,
                    }
                },
            ),
            managed_policies=[policy],
        )
