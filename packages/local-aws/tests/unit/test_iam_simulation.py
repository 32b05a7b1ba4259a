"""SimulatePrincipalPolicy weighs identity policies by action and resource."""

from typing import Any

import pytest
from local_aws.iam_simulation import decide

READ = {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::data/*"}
NO_SECRETS = {
    "Effect": "Deny",
    "Action": ["s3:*"],
    "Resource": ["arn:aws:s3:::data/secret/*"],
}
ONLY_TLS = {**READ, "Action": "s3:PutObject", "Condition": {"Bool": {"x": "true"}}}
ALL_BUT_IAM = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}


@pytest.mark.parametrize(
    ("statements", "action", "resource", "decision"),
    [
        ([READ], "s3:GetObject", "arn:aws:s3:::data/a", "allowed"),
        ([READ], "S3:getobject", "arn:aws:s3:::data/a", "allowed"),
        ([READ], "s3:GetObject", "arn:aws:s3:::other/a", "implicitDeny"),
        ([READ], "s3:PutObject", "arn:aws:s3:::data/a", "implicitDeny"),
        (
            [READ, NO_SECRETS],
            "s3:GetObject",
            "arn:aws:s3:::data/secret/a",
            "explicitDeny",
        ),
        ([ONLY_TLS], "s3:PutObject", "arn:aws:s3:::data/a", "implicitDeny"),
        ([ALL_BUT_IAM], "s3:PutObject", "*", "allowed"),
        ([ALL_BUT_IAM], "iam:PassRole", "*", "implicitDeny"),
        ([], "s3:GetObject", "*", "implicitDeny"),
    ],
)
def test_decisions(
    statements: list[dict[str, Any]], action: str, resource: str, decision: str
) -> None:
    assert decide(statements, action, resource) == decision
