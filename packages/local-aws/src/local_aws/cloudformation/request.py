"""The parts of a request to CloudFormation that several actions have."""

from typing import Any

from moto.core.responses import BaseResponse

from local_aws import server_state
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.models import (
    CloudFormationBackend,
    cloudformation_backends,
)
from local_aws.cloudformation.stack import Stack
from local_aws.cloudformation.submission import Submission, template_from_url
from local_aws.server_state import Clients

# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html
MAX_BODY_BYTES = 51_200


class CloudFormationRequest(BaseResponse):
    """Reads what a request says; its actions are in `responses`."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True

    @property
    def _backend(self) -> CloudFormationBackend:
        backend: CloudFormationBackend = cloudformation_backends[self.current_account][
            self.region
        ]
        return backend

    @property
    def _clients(self) -> Clients:
        return server_state.current().clients(self.region)

    def _stack(self) -> Stack:
        return self._backend.stack(self._get_param("StackName"))

    def _submission(self, stack: Stack | None) -> Submission:
        protection: Any = self._get_bool_param("EnableTerminationProtection")
        tags = self._get_param("Tags")
        if tags is None and stack is not None:
            kept = dict(stack.tags)
        else:
            kept = {tag["Key"]: tag["Value"] for tag in tags or []}
        return Submission(
            template_body=self._body(stack),
            parameters=self._get_param("Parameters") or [],
            tags=kept,
            role_arn=self._get_param("RoleARN"),
            capabilities=self._get_param("Capabilities") or [],
            notification_arns=self._get_param("NotificationARNs") or [],
            termination_protection=protection,
            disable_rollback=bool(
                self._get_bool_param("DisableRollback", if_none=False)
            ),
            request_token=self._get_param("ClientRequestToken"),
        )

    def _body(self, stack: Stack | None) -> str:
        if body := self._get_param("TemplateBody"):
            # A larger one has to be in S3.
            if len(body.encode()) > MAX_BODY_BYTES:
                raise ValidationError(
                    "1 validation error detected: Value at 'templateBody' failed to "
                    "satisfy constraint: Member must have length less than or equal to "
                    f"{MAX_BODY_BYTES}"
                )
            return str(body)
        if url := self._get_param("TemplateURL"):
            return template_from_url(url, self._clients)
        previous = self._get_bool_param("UsePreviousTemplate", if_none=False)
        if stack and previous:
            return stack.template_body
        raise ValidationError("Either Template URL or Template Body must be specified.")
