"""The business rule that callers apply to a probability, changeable at any time."""

from aws_cdk import CfnParameter
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from cdk_app import naming

DEFAULT_RULE = '{"policy":"threshold","threshold":0.5}'
# A flat JSON object of a rule's fields, with its policy: what is not one would be
# published, and every caller would fail.
_STRING = r'"([^"\\]|\\.)*"'
_FIELD = (
    r'"(policy|threshold|review_cost|fixed_loss_per_fraud|amount|set_by_hand)"'
    rf"\s*:\s*({_STRING}|[0-9][0-9.eE+-]*|true|false)"
)
RULE_PATTERN = (
    r'^(?=.*"policy"\s*:\s*"(threshold|expected-value)")'
    rf"\{{\s*{_FIELD}(\s*,\s*{_FIELD})*\s*\}}$"
)


class DecisionRule(Construct):
    """A stack parameter, published as an SSM parameter with a generated name."""

    parameter: ssm.StringParameter

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        rule = CfnParameter(
            self,
            "Rule",
            default=DEFAULT_RULE,
            description="The rule that turns a fraud probability into a decision.",
            allowed_pattern=RULE_PATTERN,
            constraint_description=(
                f"DecisionRule must be a JSON object such as {DEFAULT_RULE}"
            ),
            max_length=4096,
        )
        rule.override_logical_id(naming.DECISION_RULE_PARAMETER)
        self.parameter = ssm.StringParameter(
            self,
            "Parameter",
            description="Decision rule (JSON) that callers of the endpoint apply.",
            string_value=rule.value_as_string,
        )
