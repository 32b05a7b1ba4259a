"""A stolen card: its fourth payment in ten minutes becomes an alert."""

import json
from pathlib import Path
from typing import TypedDict

from demo.payments import DAY_SECONDS, FIRST_DAY, Population
from demo.story import Decision, deploy_command, expect
from demo.terminal import Terminal, say

ENVIRONMENT = "cards"
SETTINGS = f"cdk_app/environments/{ENVIRONMENT}.toml"
SECTION = r"\n[history]\npoint_in_time_recovery = false\n"
DATA = "demo-out/payments.csv"
CARD = "card-7"
#: Ten in the morning, and minutes after; on the day after the data.
MINUTES = (0.0, 2.5, 5.0, 8.0)
MERCHANTS = ("shop-3", "shop-8", "shop-12", "shop-21")
OPTIONS = (
    "--split time --test-days 7 --entities CARD,MERCHANT \\\n"
    "  --label-column FRAUD --time-column TIME --amount-column AMOUNT \\\n"
    "  --model gradient-boosting --boosting-iterations 100 --calibration none"
)


class Reason(TypedDict):
    """A feature that moved the score, and what it says in words."""

    words: str


class Explained(Decision):
    """What ``fraud score --explain --json`` prints."""

    reasons: list[Reason]


def tell(terminal: Terminal) -> None:
    """Run the whole story.

    Raises
    ------
    CommandFailedError
        A command failed.
    StoryError
        A command passed, but what it shows is not what the story says.
    """
    cdk = f"-c env={ENVIRONMENT}"
    terminal.part("An environment with a table of histories")
    terminal.run(f"fraud env new {ENVIRONMENT} --like dev")
    terminal.run(f"printf '{SECTION}' \\\n  >> {SETTINGS}")
    terminal.run(f"npx cdk bootstrap {cdk}")
    terminal.run(
        f"npx cdk deploy {cdk} \\\n"
        f"  fraud-{ENVIRONMENT}-storage fraud-{ENVIRONMENT}-training"
    )

    terminal.part("Train on payments that say little by themselves")
    terminal.run(f"python -m demo.payments {DATA}")
    launched = terminal.run(
        f"fraud launch --env {ENVIRONMENT} --data {DATA} \\\n  {OPTIONS}"
    )

    terminal.part("Deploy, and fill the table with the training data's histories")
    terminal.run(deploy_command(launched))

    terminal.part("A card pays four times in ten minutes")
    decisions = [pay(terminal, number) for number in range(len(MINUTES))]
    *first, last = decisions
    expect(not any(each["alert"] for each in first), "the first three are no alerts")
    expect(last["alert"], "the fourth is one")
    words = [reason.get("words", "") for reason in last["reasons"]]
    expect(any("4 transactions today" in each for each in words), "and says why")

    terminal.part("Destroy everything")
    terminal.run(f"npx cdk destroy {cdk} --all --force")
    terminal.close_part()


def pay(terminal: Terminal, number: int) -> Explained:
    """Score and record one payment of the card, as an application does."""
    seconds = (FIRST_DAY + Population.days) * DAY_SECONDS + 36_000
    payment = {
        "TIME": seconds + round(60 * MINUTES[number]),
        "CARD": CARD,
        "MERCHANT": MERCHANTS[number],
        "AMOUNT": 40.0 + 5 * number,
    }
    file = Path(f"demo-out/payment-{number + 1}.json")
    file.write_text(json.dumps(payment) + "\n", encoding="utf-8")
    at = f"{payment['AMOUNT']:.2f} at {MERCHANTS[number]}"
    say(f"  {CARD} after {MINUTES[number]:g} minutes: {at}")
    answer = terminal.run(
        f"fraud score --env {ENVIRONMENT} --file {file} \\\n"
        f"  --transaction-id payment-{number + 1} --explain 3 --json",
        show=False,
    )
    decision: Explained = json.loads(answer.splitlines()[-1])
    probability = decision["fraud_probability"]
    said = "ALERT" if decision["alert"] else "no alert"
    say(f"  {said}, probability {probability:.3f}")
    for reason in decision["reasons"]:
        if words := reason.get("words"):
            say(f"    {words}")
    return decision
