"""Roles and policies."""

import json
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.resources.base import Request, handles, pick
from local_aws.cloudformation.stack import Physical, Resource

ROLE_NAME_CHARACTERS = 64
POLICY_NAME_CHARACTERS = 128
PRINCIPALS = {"Roles": "role", "Users": "user", "Groups": "group"}


@handles("AWS::IAM::Role", immutable={"RoleName", "Path"})
class RoleHandler:
    """AWS::IAM::Role."""

    def create(self, request: Request) -> Physical:
        """Create the role with its policies."""
        properties = request.properties
        role = request.call(
            "iam",
            "create_role",
            RoleName=request.name("RoleName", ROLE_NAME_CHARACTERS),
            AssumeRolePolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]),
            Tags=request.tag_list(),
            **pick(
                properties,
                "Path",
                "Description",
                "MaxSessionDuration",
                "PermissionsBoundary",
            ),
        )["Role"]
        physical = Physical(
            role["RoleName"], {"Arn": role["Arn"], "RoleId": role["RoleId"]}
        )
        self._put_policies(request, physical.id)
        return physical

    def update(self, request: Request, current: Resource) -> Physical:
        """Change trust, description and policies."""
        iam = request.client("iam")
        name = current.physical.id
        properties = request.properties
        iam.update_assume_role_policy(
            RoleName=name,
            PolicyDocument=json.dumps(properties["AssumeRolePolicyDocument"]),
        )
        request.call(
            "iam",
            "update_role",
            RoleName=name,
            Description=properties.get("Description", ""),
            **pick(properties, "MaxSessionDuration"),
        )
        iam.tag_role(RoleName=name, Tags=request.tag_list())
        if stale := request.stale_tags(current):
            iam.untag_role(RoleName=name, TagKeys=stale)
        if boundary := properties.get("PermissionsBoundary"):
            iam.put_role_permissions_boundary(
                RoleName=name, PermissionsBoundary=boundary
            )
        elif "PermissionsBoundary" in current.properties:
            iam.delete_role_permissions_boundary(RoleName=name)
        self._remove_policies(
            request,
            name,
            set(current.properties.get("ManagedPolicyArns", []))
            - set(properties.get("ManagedPolicyArns", [])),
            {one["PolicyName"] for one in current.properties.get("Policies", [])}
            - {one["PolicyName"] for one in properties.get("Policies", [])},
        )
        self._put_policies(request, name)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Delete the role and the policies that it was declared with."""
        properties = current.properties
        name = current.physical.id
        try:
            self._remove_policies(
                request,
                name,
                properties.get("ManagedPolicyArns", []),
                [one["PolicyName"] for one in properties.get("Policies", [])],
            )
            request.client("iam").delete_role(RoleName=name)
        except ClientError as error:
            _ignore_missing(error)

    def _put_policies(self, request: Request, name: str) -> None:
        iam = request.client("iam")
        for arn in request.properties.get("ManagedPolicyArns", []):
            iam.attach_role_policy(RoleName=name, PolicyArn=arn)
        for policy in request.properties.get("Policies", []):
            iam.put_role_policy(
                RoleName=name,
                PolicyName=policy["PolicyName"],
                PolicyDocument=json.dumps(policy["PolicyDocument"]),
            )

    def _remove_policies(
        self,
        request: Request,
        name: str,
        managed: Iterable[str],
        inline: Iterable[str],
    ) -> None:
        iam = request.client("iam")
        for arn in managed:
            try:
                iam.detach_role_policy(RoleName=name, PolicyArn=arn)
            except ClientError as error:
                _ignore_missing(error)
        for policy in inline:
            try:
                iam.delete_role_policy(RoleName=name, PolicyName=policy)
            except ClientError as error:
                _ignore_missing(error)


@handles("AWS::IAM::Policy", immutable={"PolicyName"})
class InlinePolicyHandler:
    """AWS::IAM::Policy: an inline policy of roles, users and groups."""

    def create(self, request: Request) -> Physical:
        """Put the policy on each principal."""
        properties = request.properties
        for kind, name in _principals(properties):
            put = getattr(request.client("iam"), f"put_{kind}_policy")
            put(
                **{f"{kind.capitalize()}Name": name},
                PolicyName=properties["PolicyName"],
                PolicyDocument=json.dumps(properties["PolicyDocument"]),
            )
        return Physical(properties["PolicyName"])

    def update(self, request: Request, current: Resource) -> Physical:
        """Put the policy anew, and take it from those no longer named."""
        gone = set(_principals(current.properties)) - set(
            _principals(request.properties)
        )
        self._remove(request, gone, current.physical.id)
        return self.create(request)

    def delete(self, request: Request, current: Resource) -> None:
        """Take the policy from each principal."""
        self._remove(request, _principals(current.properties), current.physical.id)

    def _remove(
        self, request: Request, principals: Iterable[tuple[str, str]], policy: str
    ) -> None:
        for kind, name in principals:
            delete = getattr(request.client("iam"), f"delete_{kind}_policy")
            try:
                delete(**{f"{kind.capitalize()}Name": name}, PolicyName=policy)
            except ClientError as error:
                _ignore_missing(error)


@handles(
    "AWS::IAM::ManagedPolicy", immutable={"ManagedPolicyName", "Path", "Description"}
)
class ManagedPolicyHandler:
    """AWS::IAM::ManagedPolicy."""

    def create(self, request: Request) -> Physical:
        """Create the policy and attach it."""
        iam = request.client("iam")
        arn = iam.create_policy(
            PolicyName=request.name("ManagedPolicyName", POLICY_NAME_CHARACTERS),
            PolicyDocument=json.dumps(request.properties["PolicyDocument"]),
            **pick(request.properties, "Path", "Description"),
        )["Policy"]["Arn"]
        self._attach(request, arn, _principals(request.properties))
        return Physical(arn, {"PolicyArn": arn})

    def update(self, request: Request, current: Resource) -> Physical:
        """Make a new default version; the one before it goes (AWS keeps five)."""
        iam = request.client("iam")
        arn = current.physical.id
        versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
        iam.create_policy_version(
            PolicyArn=arn,
            PolicyDocument=json.dumps(request.properties["PolicyDocument"]),
            SetAsDefault=True,
        )
        for version in versions:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
        before = set(_principals(current.properties))
        after = set(_principals(request.properties))
        self._detach(request, arn, before - after)
        self._attach(request, arn, after - before)
        return current.physical

    def delete(self, request: Request, current: Resource) -> None:
        """Detach and delete the policy."""
        iam = request.client("iam")
        arn = current.physical.id
        self._detach(request, arn, _principals(current.properties))
        try:
            iam.delete_policy(PolicyArn=arn)
        except ClientError as error:
            _ignore_missing(error)

    def _attach(
        self, request: Request, arn: str, principals: Iterable[tuple[str, str]]
    ) -> None:
        for kind, name in principals:
            attach = getattr(request.client("iam"), f"attach_{kind}_policy")
            attach(**{f"{kind.capitalize()}Name": name}, PolicyArn=arn)

    def _detach(
        self, request: Request, arn: str, principals: Iterable[tuple[str, str]]
    ) -> None:
        for kind, name in principals:
            detach = getattr(request.client("iam"), f"detach_{kind}_policy")
            try:
                detach(**{f"{kind.capitalize()}Name": name}, PolicyArn=arn)
            except ClientError as error:
                _ignore_missing(error)


def _principals(properties: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    return [
        (kind, name)
        for group, kind in PRINCIPALS.items()
        for name in properties.get(group, [])
    ]


def _ignore_missing(error: ClientError) -> None:
    if error.response["Error"]["Code"] != "NoSuchEntity":
        raise error
