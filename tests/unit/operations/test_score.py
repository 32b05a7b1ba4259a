"""The client: what it sends, what it shows, and what it says when a call fails."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError, NoCredentialsError
from botocore.response import StreamingBody
from botocore.stub import ANY, Stubber

from operations import client as client_module
from operations.account.errors import OperationError
from operations.client import FraudClient, Score
from operations.rule import command as rule_command
from operations.score.command import main

TRANSACTION = {"Time": 0.0, "V1": -1.36, "Amount": 149.62}
RULE = {"policy": "threshold", "threshold": 0.4}
STACK = "fraud-dev-serving"
PARAMETER = "CFN-PublishedRule-1"


class Aws:
    """A boto3 session whose answers a test lays down, call by call."""

    region_name = "eu-central-1"

    def __init__(self) -> None:
        self._session = boto3.Session("key", "secret", region_name="eu-central-1")
        self._clients: dict[str, Any] = {}
        self._stubbers: dict[str, Stubber] = {}

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = self._session.client(service)  # type: ignore[call-overload]
            self._stubbers[service] = Stubber(self._clients[service])
            self._stubbers[service].activate()
        return self._clients[service]

    def stub(self, service: str) -> Stubber:
        self.client(service)
        return self._stubbers[service]

    def answers(self, answer: object, **parameters: object) -> None:
        """One answer of the endpoint; a number stands for the score of one."""
        if isinstance(answer, float):
            answer = {"fraud_probability": answer}
        body = json.dumps(answer).encode()
        expected = {
            "EndpointName": "fraud-dev",
            "ContentType": "application/json",
            "Accept": "application/json",
            "Body": ANY,
            **parameters,
        }
        self.stub("sagemaker-runtime").add_response(
            "invoke_endpoint",
            {"Body": StreamingBody(io.BytesIO(body), len(body))},
            expected,
        )

    def publishes(self, rule: object, parameter: str = PARAMETER) -> None:
        self.stub("ssm").add_response(
            "get_parameter",
            {"Parameter": {"Value": json.dumps(rule)}},
            {"Name": parameter},
        )

    def raises(self, error: Exception) -> None:
        def fail(**_: object) -> None:
            raise error

        self.client("sagemaker-runtime").invoke_endpoint = fail

    def has_stack(self) -> None:
        self.stub("cloudformation").add_response(
            "describe_stacks",
            {
                "Stacks": [
                    {
                        "StackName": STACK,
                        "CreationTime": 0,
                        "StackStatus": "CREATE_COMPLETE",
                        "Outputs": [
                            {"OutputKey": "EndpointName", "OutputValue": "fraud-dev"},
                            {
                                "OutputKey": "DecisionRuleParameterName",
                                "OutputValue": PARAMETER,
                            },
                        ],
                    }
                ]
            },
            {"StackName": STACK},
        )


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Aws:
    account = Aws()
    monkeypatch.setattr(client_module, "aws_session", lambda: account)
    monkeypatch.setattr(rule_command, "environment_session", lambda _: account)
    return account


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "transaction.json"
    path.write_text(json.dumps(TRANSACTION))
    return str(path)


def run(file: str, *arguments: str) -> int:
    return main(["--endpoint", "fraud-dev", "--file", file, *arguments])


def test_a_transaction_is_scored_and_decided(
    aws: Aws, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.answers(0.75)
    aws.has_stack()
    aws.publishes(RULE)
    assert run(file) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Fraud probability  0.750000",
        "Decision           alert",
        "Rule               threshold 0.4",
    ]


def test_json_output_is_one_object(
    aws: Aws, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.answers(0.25)
    aws.has_stack()
    aws.publishes(RULE)
    assert run(file, "--json") == 0
    assert json.loads(capsys.readouterr().out) == {
        "fraud_probability": 0.25,
        "alert": False,
        "decision_rule": RULE,
    }


def test_reasons_are_shown_when_asked_for(
    aws: Aws, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    reasons = [{"feature": "V14", "contribution": 2.5}]
    answer = {"fraud_probability": 0.75, "reasons": reasons}
    aws.answers(answer, CustomAttributes="explain=1")
    aws.has_stack()
    aws.publishes(RULE)
    assert run(file, "--explain", "1") == 0
    shown = capsys.readouterr().out.splitlines()
    assert shown[-2:] == [
        "Reasons            log-odds of fraud that each adds",
        "  +2.500  V14",
    ]


def test_the_rules_parameter_can_be_named(aws: Aws, file: str) -> None:
    aws.answers(0.25)
    aws.publishes(RULE, "my-rule")
    assert run(file, "--decision-rule-parameter", "my-rule") == 0


def test_a_rule_by_amount_uses_the_transactions_amount(aws: Aws) -> None:
    aws.answers([{"fraud_probability": 0.1}, {"fraud_probability": 0.1}])
    aws.publishes({"policy": "expected-value", "review_cost": 5.0})
    client = FraudClient("fraud-dev", decision_rule_parameter=PARAMETER)
    assert client.score_many([TRANSACTION, {**TRANSACTION, "Amount": 20.0}]) == [
        Score(0.1, alert=True),
        Score(0.1, alert=False),
    ]


def test_a_rule_that_needs_a_missing_amount_says_so(aws: Aws) -> None:
    aws.answers(0.1)
    aws.publishes({"policy": "expected-value", "review_cost": 5.0})
    client = FraudClient("fraud-dev", decision_rule_parameter=PARAMETER)
    with pytest.raises(OperationError, match="'Amount'"):
        client.score({"V1": 1.0})


def test_a_new_rule_takes_effect_when_the_known_one_is_old(aws: Aws) -> None:
    aws.answers(0.5)
    aws.answers(0.5)
    aws.publishes(RULE)
    aws.publishes({"policy": "threshold", "threshold": 0.9})
    client = FraudClient(
        "fraud-dev", decision_rule_parameter=PARAMETER, rule_max_age_seconds=0
    )
    assert client.score(TRANSACTION).alert
    assert not client.score(TRANSACTION).alert


def test_a_recent_rule_is_not_read_again(aws: Aws) -> None:
    aws.answers(0.5)
    aws.answers(0.5)
    aws.publishes(RULE)
    client = FraudClient("fraud-dev", decision_rule_parameter=PARAMETER)
    client.score(TRANSACTION)
    assert client.score(TRANSACTION).alert


def fail_with(code: str, message: str, **response: Any) -> Callable[[Aws], None]:
    def lay_down(aws: Aws) -> None:
        stub = aws.stub("sagemaker-runtime")
        stub.add_client_error(
            "invoke_endpoint", code, message, modeled_fields=response or None
        )

    return lay_down


REFUSAL = json.dumps(
    {
        "error": {
            "code": "missing_field",
            "row": 1,
            "field": "V2",
            "expected": "a number",
            "got": "nothing",
        }
    }
)


@pytest.mark.parametrize(
    ("fail", "message"),
    [
        (
            fail_with(
                "ModelError",
                "Received client error (400) from primary …",
                OriginalStatusCode=400,
                OriginalMessage=REFUSAL,
            ),
            (
                "error: The endpoint answered 400: missing_field, row 1, field V2: "
                "expected a number, got nothing."
            ),
        ),
        (
            fail_with(
                "ModelError",
                "Received server error (500) from primary …",
                OriginalStatusCode=500,
                OriginalMessage="<html>",
            ),
            "error: The endpoint answered 500: <html>.",
        ),
        (
            fail_with("ValidationError", "Endpoint fraud-dev not found."),
            (
                "error: There is no endpoint fraud-dev in eu-central-1; deploy the "
                "serving stack, or name another endpoint."
            ),
        ),
    ],
)
def test_a_failed_call_is_told_in_one_line(
    aws: Aws,
    file: str,
    capsys: pytest.CaptureFixture[str],
    fail: Callable[[Aws], None],
    message: str,
) -> None:
    fail(aws)
    assert run(file) == 1
    assert capsys.readouterr().err.splitlines() == [message]


@pytest.mark.parametrize(
    ("raised", "remedy"),
    [
        (NoCredentialsError(), "AWS_PROFILE"),
        (
            EndpointConnectionError(endpoint_url="http://localhost:1"),
            "AWS_ENDPOINT_URL",
        ),
    ],
)
def test_what_the_callers_own_set_up_lacks_is_told_with_the_remedy(
    aws: Aws,
    file: str,
    capsys: pytest.CaptureFixture[str],
    raised: Exception,
    remedy: str,
) -> None:
    aws.raises(raised)
    assert run(file) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert remedy in line


def test_a_missing_stack_is_told_with_the_remedy(aws: Aws) -> None:
    aws.answers(0.5)
    aws.stub("cloudformation").add_client_error(
        "describe_stacks", "ValidationError", f"Stack with id {STACK} does not exist"
    )
    with pytest.raises(
        OperationError, match=f"no stack {STACK}.*--decision-rule-parameter"
    ):
        FraudClient("fraud-dev").score(TRANSACTION)


def test_a_missing_parameter_is_named(aws: Aws) -> None:
    aws.answers(0.5)
    aws.stub("ssm").add_client_error("get_parameter", "ParameterNotFound", "")
    with pytest.raises(OperationError, match="no SSM parameter gone"):
        FraudClient("fraud-dev", decision_rule_parameter="gone").score(TRANSACTION)


def test_an_answer_of_another_kind_of_endpoint_is_told(aws: Aws) -> None:
    aws.stub("sagemaker-runtime").add_response(
        "invoke_endpoint", {"Body": StreamingBody(io.BytesIO(b"[0.5]"), 5)}
    )
    with pytest.raises(OperationError, match="something else than fraud probabilities"):
        FraudClient("fraud-dev", decision_rule_parameter=PARAMETER).score(TRANSACTION)


@pytest.mark.parametrize("text", ["", "[]", "{"])
def test_a_file_that_holds_no_transaction_is_refused_before_any_call(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    path = tmp_path / "transaction.json"
    path.write_text(text)
    assert run(str(path)) == 1
    assert "expected a row of the training table" in capsys.readouterr().err


def test_an_absent_file_is_named(
    aws: Aws, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "absent.json")
    assert run(path) == 1
    assert capsys.readouterr().err == (
        f"error: {path} cannot be read: No such file or directory.\n"
    )


def test_a_rule_set_by_hand_is_marked(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    new = {"policy": "threshold", "threshold": 0.9, "set_by_hand": True}
    aws.has_stack()
    aws.publishes(RULE)
    aws.stub("ssm").add_response(
        "put_parameter",
        {},
        {"Name": PARAMETER, "Value": json.dumps(new), "Overwrite": True},
    )
    aws.publishes(new)
    rule = '{"policy": "threshold", "threshold": 0.9}'
    assert rule_command.main(["--env", "dev", "--set", rule]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Published  threshold 0.4",
        "Now        threshold 0.9 (set by hand)",
    ]


def test_a_bad_rule_is_refused_before_any_call(
    aws: Aws, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rule_command.main(["--set", '{"policy": "threshold", "threshold": 2}']) == 1
    assert "'threshold' must be from 0 to 1" in capsys.readouterr().err
