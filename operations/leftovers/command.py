"""``fraud leftovers``: what remains after destroy, and its removal."""

import argparse
import sys
from collections.abc import Sequence

from botocore.exceptions import BotoCoreError, ClientError

from cdk_app import prices
from cdk_app.settings import Settings, SettingsError, load
from operations.leftovers import report
from operations.leftovers.account import Account, AccountError
from operations.leftovers.audit import Audit, audit
from operations.leftovers.found import Standing
from operations.leftovers.removal import remove

CLEAN, REMAINS, FAILED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the audit; return 0 if clean, 1 if something remains, 2 if it failed."""
    options = _parser().parse_args(arguments)
    try:
        settings = load(options.env)
        account = Account(prices.load(), options.region or settings.aws.region)
        return _audit(account, settings, delete=options.delete)
    except (SettingsError, AccountError, prices.PriceFileError) as error:
        print(f"error: {error}", file=sys.stderr)
    except (ClientError, BotoCoreError) as error:
        print(
            f"error: AWS: expected an answer, got: {error}; check the credentials and "
            "AWS_ENDPOINT_URL.",
            file=sys.stderr,
        )
    return FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="fraud leftovers",
        description="List what an environment has in the account and what it costs a "
        "month. Exits 0 only when nothing remains beyond what the settings retain, 1 "
        "when something does, 2 when the account cannot be read.",
    )
    parser.add_argument("--env", default="dev", help="environment (default: dev)")
    parser.add_argument(
        "--region", help="region to audit; default: the settings' or AWS_REGION"
    )
    parser.add_argument(
        "--delete",
        action="store_true",
        help="remove what is in no stack and carries the environment's tags, after "
        "you typed the environment's name",
    )
    return parser


def _audit(account: Account, settings: Settings, *, delete: bool) -> int:
    print(f"{settings.environment} in {account.region}, account {account.id}\n")
    result = audit(account, settings, progress=_progress())
    print(report.table(result))
    leftovers = result.of(Standing.LEFTOVER)
    if not delete or not leftovers:
        return CLEAN if result.is_clean else REMAINS
    if not _confirmed(settings.environment, len(leftovers)):
        print("Nothing was deleted.")
        return REMAINS
    failures = remove(account, leftovers, tell=print)
    return CLEAN if not failures and _nothing_else_remains(result) else REMAINS


def _nothing_else_remains(result: Audit) -> bool:
    return not result.unread and not result.of(Standing.DEPLOYED)


def _confirmed(environment: str, count: int) -> bool:
    print(f"\nThis deletes the {count} under LEFTOVER for good.")
    print(f"Type the environment's name, {environment}, to go on: ", end="", flush=True)
    typed = sys.stdin.readline().strip()
    if not sys.stdin.isatty():
        print()  # on a terminal, the typed return ends the line
    return typed == environment


def _progress() -> "Progress":
    return Progress(is_terminal=sys.stderr.isatty())


class Progress:
    """Tells on a terminal what is being read; silent elsewhere."""

    def __init__(self, *, is_terminal: bool) -> None:
        self._is_terminal = is_terminal

    def __call__(self, kind: str) -> None:
        """Show ``kind`` in place of the one before."""
        if self._is_terminal:
            print(f"\r\033[Kreading: {kind}", end="\r", file=sys.stderr, flush=True)
