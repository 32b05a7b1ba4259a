"""An estimate as text of at most 80 columns."""

from collections.abc import Sequence

from cdk_app.cost.estimate import Estimate
from cdk_app.cost.hosting import HostingOption, break_even_requests
from cdk_app.cost.items import Basis, LineItem
from cdk_app.prices import PriceList

WIDTH = 79
UNKNOWN = "unknown"


def itemised(estimate: Estimate, prices: PriceList, ceiling_usd: float) -> str:
    """Return the lines by stack, and the sums that matter."""
    workload = estimate.workload
    lines = [
        (
            f"{estimate.environment} in {estimate.region}: USD a month, before tax and "
            "free tier,"
        ),
        f"on-demand prices of {prices.updated}.",
        (
            f"{workload.requests_per_month:,.0f} requests of "
            f"{workload.seconds_per_request * 1000:g} ms, "
            f"{workload.training_hours:g} h of training, "
            f"{workload.stored_gb_per_bucket:g} GB in each bucket."
        ),
    ]
    for stack in sorted({line.stack for line in estimate.lines}):
        lines += ["", stack]
        lines += _rows([line for line in estimate.lines if line.stack == stack])
    lines += ["", *_sums(estimate, ceiling_usd)]
    return "\n".join(lines)


def summary(estimates: Sequence[tuple[Estimate, float]]) -> str:
    """Return one row per environment: idle, month, maximum and ceiling."""
    rows = [
        f"{'USD a month':<16}{'idle':>12}{'month':>12}{'maximum':>12}{'ceiling':>12}"
    ]
    rows += [
        f"{estimate.environment:<16}"
        + "".join(
            f"{amount:>12,.2f}"
            for amount in (
                estimate.idle_usd,
                estimate.usd,
                estimate.maximum_usd,
                ceiling_usd,
            )
        )
        + ("  + unknown" if estimate.unknown_items else "")
        for estimate, ceiling_usd in estimates
    ]
    return "\n".join(rows)


def break_even(
    serverless: HostingOption, instances: HostingOption, requests: float
) -> str:
    """Return where serverless and instances cost the same, and both at ``requests``."""
    meeting = break_even_requests(serverless, instances)
    where = (
        "at no traffic" if meeting is None else f"at {meeting:,.0f} requests a month"
    )
    return "\n".join(
        (
            f"Break-even: {serverless.label} and {instances.label} cost the same",
            f"{where}; below it serverless is cheaper. At {requests:,.0f} requests:",
            (
                f"{serverless.monthly_usd(requests):,.2f} and "
                f"{instances.monthly_usd(requests):,.2f} USD."
            ),
        )
    )


def _rows(lines: Sequence[LineItem]) -> list[str]:
    """Return one row for all lines of the same kind."""
    kinds: dict[tuple[str, str], list[LineItem]] = {}
    for line in lines:
        kinds.setdefault((line.what, line.item), []).append(line)
    return [_row(what, same) for (what, _), same in kinds.items()]


def _row(what: str, lines: Sequence[LineItem]) -> str:
    times = f"{len(lines)} x " if len(lines) > 1 else ""
    price = lines[0].price
    if price is None:
        return f"  {times + what:<51}{UNKNOWN:>11}"
    usd = sum(line.usd or 0 for line in lines)
    maximum = sum(line.maximum_usd or 0 for line in lines)
    row = f"  {times + what:<51}{_money(usd):>11}"
    return row if maximum == usd else f"{row}  to{_money(maximum):>10}"


def _sums(estimate: Estimate, ceiling_usd: float) -> list[str]:
    per_million = estimate.usd_per_million_predictions
    rows = [
        ("Idle: no requests, no training", estimate.idle_usd),
        ("Traffic", estimate.basis_usd(Basis.TRAFFIC)),
        ("Training", estimate.basis_usd(Basis.TRAINING)),
        ("Month", estimate.usd),
        ("Month, autoscaling at its maximum", estimate.maximum_usd),
        ("Ceiling", ceiling_usd),
    ]
    if per_million is not None:
        rows.append(("A million predictions, at this traffic", per_million))
    text = [f"{label:<53}{_money(usd):>11}" for label, usd in rows]
    if estimate.unknown_items:
        text.append("The sums leave out what is unknown.")
    return text


def _money(usd: float) -> str:
    return f"{usd:,.4f}" if 0 < usd < 0.01 else f"{usd:,.2f}"  # noqa: PLR2004
