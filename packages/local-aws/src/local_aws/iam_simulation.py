"""SimulatePrincipalPolicy, which moto lacks and the SageMaker SDK calls.

Symptom cured: ModelTrainer asks whether the training role may write to its bucket.

What is weighed: the identity policies of the role or user, by action and resource.
Statements with conditions grant and deny nothing here, and permissions boundaries and
resource policies are left out.
https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html
"""

import fnmatch
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

Statement = dict[str, Any]


def add_to_moto() -> None:
    """Give moto's IAM the action."""
    iam: Any = IamResponse
    iam.simulate_principal_policy = _simulate_principal_policy


def _simulate_principal_policy(self: IamResponse) -> ActionResult:
    parameters = self._get_params()
    statements = list(
        _statements(self.backend, parameters["PolicySourceArn"].split("/")[-1])
    )
    resources = parameters.get("ResourceArns") or ["*"]
    return ActionResult(
        {
            "IsTruncated": False,
            "EvaluationResults": [
                {
                    "EvalActionName": action,
                    "EvalResourceName": resource,
                    "EvalDecision": decide(statements, action, resource),
                    "MatchedStatements": [],
                    "MissingContextValues": [],
                }
                for action in parameters["ActionNames"]
                for resource in resources
            ],
        }
    )


def decide(statements: Iterable[Statement], action: str, resource: str) -> str:
    """Return `allowed`, `explicitDeny` or `implicitDeny`."""
    effects = {
        statement["Effect"]
        for statement in statements
        if "Condition" not in statement
        and _concerns(statement, "Action", action.lower(), lower=True)
        and _concerns(statement, "Resource", resource, lower=False)
    }
    if "Deny" in effects:
        return "explicitDeny"
    return "allowed" if "Allow" in effects else "implicitDeny"


def _concerns(
    statement: Mapping[str, Any], element: str, value: str, *, lower: bool
) -> bool:
    negated = f"Not{element}" in statement
    patterns = statement.get(f"Not{element}" if negated else element, [])
    listed: Sequence[str] = [patterns] if isinstance(patterns, str) else patterns
    matches = any(
        fnmatch.fnmatchcase(value, pattern.lower() if lower else pattern)
        for pattern in listed
    )
    return matches != negated


def _statements(backend: Any, role_name: str) -> Iterable[Statement]:  # noqa: ANN401
    role = backend.get_role(role_name)
    documents = list(role.policies.values())
    for managed in role.managed_policies.values():
        versions = {version.version_id: version for version in managed.versions}
        documents.append(versions[managed.default_version_id].document)
    for document in documents:
        policy = json.loads(document) if isinstance(document, str) else document
        statements = policy["Statement"]
        yield from [statements] if isinstance(statements, dict) else statements
