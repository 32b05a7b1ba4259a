"""CloudFormation's actions."""

from moto.core.responses import ActionResult, EmptyResult

from local_aws.cloudformation import describe
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.request import CloudFormationRequest
from local_aws.cloudformation.stack_backend import GRACE_SECONDS
from local_aws.cloudformation.template import parse

PAGE = 100


class CloudFormationResponse(CloudFormationRequest):
    """Requests to answers; what is not here is not supported."""

    # Stacks

    def create_stack(self) -> ActionResult:
        """CreateStack."""
        stack = self._backend.create_stack(
            self._get_param("StackName"), self._submission(None)
        )
        stack.idle.wait(GRACE_SECONDS)
        return ActionResult({"StackId": stack.stack_id})

    def update_stack(self) -> ActionResult:
        """UpdateStack."""
        name = self._get_param("StackName")
        stack = self._backend.update_stack(
            name, self._submission(self._backend.stack(name))
        )
        stack.idle.wait(GRACE_SECONDS)
        return ActionResult({"StackId": stack.stack_id})

    def delete_stack(self) -> ActionResult:
        """DeleteStack."""
        self._backend.delete_stack(
            self._get_param("StackName"), self._get_param("ClientRequestToken")
        )
        return EmptyResult()

    def cancel_update_stack(self) -> ActionResult:
        """CancelUpdateStack."""
        self._backend.cancel_update(self._get_param("StackName"))
        return EmptyResult()

    def update_termination_protection(self) -> ActionResult:
        """UpdateTerminationProtection."""
        stack = self._stack()
        stack.termination_protection = bool(
            self._get_bool_param("EnableTerminationProtection", if_none=False)
        )
        return ActionResult({"StackId": stack.stack_id})

    def describe_stacks(self) -> ActionResult:
        """DescribeStacks."""
        if self._get_param("StackName"):
            stacks = [self._stack()]
        else:
            stacks = self._backend.living_stacks()
        return ActionResult({"Stacks": [describe.stack(one) for one in stacks]})

    def list_stacks(self) -> ActionResult:
        """ListStacks."""
        wanted = self._get_param("StackStatusFilter") or []
        return ActionResult(
            {
                "StackSummaries": [
                    describe.stack_summary(one)
                    for one in self._backend.stacks.values()
                    if not wanted or one.status in wanted
                ]
            }
        )

    def describe_stack_events(self) -> ActionResult:
        """DescribeStackEvents, newest first."""
        stack = self._stack()
        token = str(self._get_param("NextToken") or 0)
        if not token.isdecimal():
            raise ValidationError(f"Invalid pagination token {token!r}.")
        start = int(token)
        events = stack.events[::-1]
        page = events[start : start + PAGE]
        more = start + PAGE < len(events)
        return ActionResult(
            {
                "StackEvents": [describe.event(stack, one) for one in page],
                "NextToken": str(start + PAGE) if more else None,
            }
        )

    def describe_events(self) -> ActionResult:
        """DescribeEvents: of failed change-set validations, which there are none of."""
        self._stack()
        return ActionResult({"OperationEvents": []})

    def describe_stack_resource(self) -> ActionResult:
        """DescribeStackResource."""
        stack = self._stack()
        name = self._get_param("LogicalResourceId")
        if name not in stack.resources:
            raise ValidationError(
                f"Resource {name} does not exist for stack {stack.name}"
            )
        detail = describe.resource(stack, stack.resources[name])
        return ActionResult({"StackResourceDetail": detail})

    def describe_stack_resources(self) -> ActionResult:
        """DescribeStackResources."""
        stack = self._stack()
        wanted = self._get_param("LogicalResourceId")
        return ActionResult(
            {
                "StackResources": [
                    describe.resource(stack, one)
                    for one in list(stack.resources.values())
                    if wanted in {None, one.logical_id}
                ]
            }
        )

    def list_stack_resources(self) -> ActionResult:
        """ListStackResources."""
        stack = self._stack()
        return ActionResult(
            {
                "StackResourceSummaries": [
                    describe.resource(stack, one)
                    for one in list(stack.resources.values())
                ]
            }
        )

    def list_exports(self) -> ActionResult:
        """ListExports."""
        return ActionResult(
            {
                "Exports": [
                    {"ExportingStackId": stack.stack_id, "Name": name, "Value": value}
                    for name, (stack, value) in self._backend.exports().items()
                ]
            }
        )

    def list_imports(self) -> ActionResult:
        """ListImports."""
        export = self._get_param("ExportName")
        importers = self._backend.importers(export)
        if not importers:
            raise ValidationError(f"Export '{export}' is not imported by any stack.")
        return ActionResult({"Imports": importers})

    # Templates

    def get_template(self) -> ActionResult:
        """GetTemplate."""
        if name := self._get_param("ChangeSetName"):
            change_set = self._backend.change_set(name, self._get_param("StackName"))
            body = change_set.template_body
        else:
            body = self._stack().template_body
        return ActionResult(
            {"TemplateBody": body, "StagesAvailable": ["Original", "Processed"]}
        )

    def get_template_summary(self) -> ActionResult:
        """GetTemplateSummary."""
        name = self._get_param("StackName")
        body = self._backend.stack(name).template_body if name else self._body(None)
        return ActionResult(describe.template_summary(parse(body)))

    def validate_template(self) -> ActionResult:
        """ValidateTemplate."""
        return ActionResult(describe.template_summary(parse(self._body(None))))

    # Change sets

    def create_change_set(self) -> ActionResult:
        """CreateChangeSet."""
        kind = self._get_param("ChangeSetType") or "UPDATE"
        # ImportExistingResources, which `cdk bootstrap` sends, imports nothing here:
        # what exists already is refused when it is to be made.
        name = self._get_param("StackName")
        stack = self._backend.stack(name) if kind == "UPDATE" else None
        change_set = self._backend.create_change_set(
            name,
            self._get_param("ChangeSetName"),
            kind,
            self._get_param("Description"),
            self._submission(stack),
        )
        return ActionResult(
            {"Id": change_set.change_set_id, "StackId": change_set.stack.stack_id}
        )

    def describe_change_set(self) -> ActionResult:
        """DescribeChangeSet."""
        change_set = self._backend.change_set(
            self._get_param("ChangeSetName"), self._get_param("StackName")
        )
        return ActionResult(describe.change_set(change_set))

    def list_change_sets(self) -> ActionResult:
        """ListChangeSets."""
        stack = self._stack()
        return ActionResult(
            {
                "Summaries": [
                    describe.change_set_summary(one)
                    for one in self._backend.change_sets.values()
                    if one.stack is stack
                ]
            }
        )

    def delete_change_set(self) -> ActionResult:
        """DeleteChangeSet."""
        self._backend.delete_change_set(
            self._get_param("ChangeSetName"), self._get_param("StackName")
        )
        return EmptyResult()

    def execute_change_set(self) -> ActionResult:
        """ExecuteChangeSet."""
        name, stack_name = (
            self._get_param("ChangeSetName"),
            self._get_param("StackName"),
        )
        stack = self._backend.change_set(name, stack_name).stack
        self._backend.execute_change_set(
            name,
            stack_name,
            disable_rollback=bool(
                self._get_bool_param("DisableRollback", if_none=False)
            ),
            request_token=self._get_param("ClientRequestToken"),
        )
        stack.idle.wait(GRACE_SECONDS)
        return EmptyResult()
