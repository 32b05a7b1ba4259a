"""The main job, command by command: data to a live endpoint, and back to nothing."""

import json
from pathlib import Path
from typing import TypedDict

from demo.terminal import Terminal, say

ENDPOINT = "fraud-dev"
FRAUD = "demo/transactions/fraud.json"
LEGITIMATE = "demo/transactions/legitimate.json"
# Above every probability, so that the fraud's decision must flip.
QUIET_RULE = {"policy": "threshold", "threshold": 1.0}


class Decision(TypedDict):
    """What ``fraud score --json`` prints."""

    fraud_probability: float
    alert: bool


class StoryError(Exception):
    """Something did not come out as the story tells it."""


def tell(terminal: Terminal) -> None:
    """Run the whole story.

    Raises
    ------
    CommandFailedError
        A command failed.
    StoryError
        A command passed, but what it shows is not what the story says.
    """
    terminal.part("Prepare the account")
    terminal.run("npx cdk bootstrap")

    terminal.part("Deploy storage and training")
    terminal.run("npx cdk deploy fraud-dev-storage fraud-dev-training")

    terminal.part("Upload the data, train through SageMaker")
    launched = terminal.run("fraud launch --env dev")

    terminal.part("Deploy serving with the artifact's URI")
    terminal.run(deploy_command(launched))

    terminal.part("Ask the endpoint about a fraud and a legitimate transaction")
    first = {name: ask(terminal, name) for name in (FRAUD, LEGITIMATE)}
    expect(first[FRAUD]["alert"], "the fraud is an alert")
    expect(not first[LEGITIMATE]["alert"], "the legitimate transaction is no alert")

    terminal.part("Train another model, compare, redeploy, ask again")
    launched = terminal.run("fraud launch --env dev --model vote")
    terminal.run(deploy_command(launched))
    second = {name: ask(terminal, name) for name in (FRAUD, LEGITIMATE)}
    for name in (FRAUD, LEGITIMATE):
        before, after = (
            answer[name]["fraud_probability"] for answer in (first, second)
        )
        expect(before != after, f"{Path(name).stem}: {before:.6f} became {after:.6f}")
    say(f"  The endpoint is {ENDPOINT}, as before; its answers are the new model's.")

    terminal.part("Change the decision rule without a deployment")
    terminal.run(f"fraud rule --env dev \\\n  --set '{json.dumps(QUIET_RULE)}'")
    third = ask(terminal, FRAUD)
    same = third["fraud_probability"] == second[FRAUD]["fraud_probability"]
    expect(same, "the probability is the same")
    expect(second[FRAUD]["alert"] and not third["alert"], "the decision flipped")

    terminal.part("Destroy everything")
    terminal.run("npx cdk destroy --all --force")
    terminal.close_part()


def deploy_command(launched: str) -> str:
    """Return the command that the launcher printed last."""
    start = launched.rfind("npx cdk deploy")
    if start < 0:
        raise StoryError("Not as told: the launcher printed no deploy command.")
    return launched[start:].strip()


def ask(terminal: Terminal, transaction: str) -> Decision:
    """Call the endpoint as an application does; return what the client says."""
    said = terminal.run(
        f"fraud score --endpoint {ENDPOINT} \\\n  --file {transaction} --json"
    )
    decision: Decision = json.loads(said.splitlines()[-1])
    return decision


def expect(holds: object, what: str) -> None:
    """Say what was seen, or that the story is not as told."""
    if not holds:
        raise StoryError(f"Not as told: {what}.")
    say(f"  Seen: {what}.")
