"""What a caller submits of a stack, checked before anything is created."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from botocore.exceptions import ClientError
from moto.utilities.utils import get_partition

from local_aws.cloudformation import parameters as template_parameters
from local_aws.cloudformation import plan
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.intrinsics import Resolver, Scope
from local_aws.cloudformation.stack import Stack
from local_aws.cloudformation.template import Template, parse
from local_aws.partitions import url_suffix
from local_aws.server_state import Clients

MAX_TAGS = 50


@dataclass(frozen=True)
class Submission:
    """What a caller submits of a stack, as received."""

    template_body: str
    parameters: Sequence[Mapping[str, Any]] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    role_arn: str | None = None
    capabilities: Sequence[str] = ()
    notification_arns: Sequence[str] = ()
    termination_protection: bool | None = None
    disable_rollback: bool = False
    request_token: str | None = None


@dataclass(frozen=True)
class Target:
    """What a submission makes of a stack.

    Attributes
    ----------
    imports
        Names of the exports that it uses.
    """

    template_body: str
    template: Template
    parameters: dict[str, str]
    scope: Scope
    imports: set[str]


def target_of(
    stack: Stack,
    submission: Submission,
    exports: Mapping[str, str],
    clients: Clients,
) -> Target:
    """Return what a submission makes of a stack.

    Raises
    ------
    ValidationError
        If the template is broken, or the parameters do not fit it, or an export that
        it imports does not exist.
    """
    _check_tags(submission.tags)
    template = parse(submission.template_body)
    given = template_parameters.given_values(submission.parameters, stack.parameters)
    values = template_parameters.complete(template, given)
    names: dict[str, object] = {
        **template_parameters.resolved(template, values, clients.client("ssm")),
        "AWS::AccountId": stack.account,
        "AWS::NotificationARNs": list(submission.notification_arns),
        "AWS::Partition": get_partition(stack.region),
        "AWS::Region": stack.region,
        "AWS::StackId": stack.stack_id,
        "AWS::StackName": stack.name,
        "AWS::URLSuffix": url_suffix(stack.region),
    }
    scope = Scope(template, names, exports)
    plan.check_functions(template, scope)
    resolver = Resolver(scope, plan.PlannedResources({}, set()))
    _check_rules(template, resolver)
    imports = {str(resolver.resolve(one)) for one in _imports(template)}
    return Target(submission.template_body, template, values, scope, imports)


def _check_tags(tags: Mapping[str, str]) -> None:
    if any(key.lower().startswith("aws:") for key in tags):
        raise ValidationError(
            "aws: prefixed tag key names are not allowed for external use."
        )
    if len(tags) > MAX_TAGS:
        raise ValidationError(
            f"1 validation error detected: Value at 'tags' failed to satisfy "
            f"constraint: Member must have length less than or equal to {MAX_TAGS}"
        )


def has_changes(stack: Stack, target: Target, submission: Submission) -> bool:
    """Return whether a submission would change anything of a stack."""
    return bool(
        plan.changes(stack, target.template, target.scope)
        or stack.template != target.template
        or stack.parameters != target.parameters
        or stack.tags != dict(submission.tags)
    )


def _imports(value: object) -> list[object]:
    if isinstance(value, list):
        return [found for item in value for found in _imports(item)]
    if not isinstance(value, dict):
        return []
    found = [value["Fn::ImportValue"]] if "Fn::ImportValue" in value else []
    return found + [one for item in value.values() for one in _imports(item)]


def _check_rules(template: Template, resolver: Resolver) -> None:
    """Refuse parameters that a template's Rules do not allow."""
    for rule in template.get("Rules", {}).values():
        if "RuleCondition" in rule and not resolver.test(rule["RuleCondition"]):
            continue
        for assertion in rule["Assertions"]:
            if not resolver.test(assertion["Assert"]):
                raise ValidationError(
                    assertion.get("AssertDescription", "A rule was violated")
                )


def template_from_url(url: str, clients: Clients) -> str:
    """Return the template at an S3 URL, path style or virtual-hosted style.

    Raises
    ------
    ValidationError
        If there is none.
    """
    bucket, key = _bucket_and_key(url)
    try:
        found = clients.client("s3").get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        raise ValidationError(
            f"S3 error: {error.response['Error']['Message']} ({url})"
        ) from error
    body: bytes = found["Body"].read()
    return body.decode()


def _bucket_and_key(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    host = parts.hostname or ""
    path = unquote(parts.path.lstrip("/"))
    for ending in (".localhost", ".s3."):
        if ending in host:
            return host.partition(ending)[0], path
    bucket, _, key = path.partition("/")
    return bucket, key
