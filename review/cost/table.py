"""An estimate as text of at most 80 columns."""

from collections.abc import Sequence

from cdk_app.prices import PriceList
from review.cost.break_even import HostingOption, break_even_requests
from review.cost.estimate import Estimate
from review.cost.items import Basis, LineItem

WIDTH = 79
UNKNOWN = "unknown"


def itemised(estimate: Estimate, prices: PriceList, ceiling_usd: float) -> str:
    """Return the lines by stack, and the sums that matter."""
    use = estimate.workload
    milliseconds = f"{use.seconds_per_request * 1000:g}"
    lines = [
        f"{estimate.environment} in {estimate.region}: USD a month, on-demand prices",
        f"of {prices.updated}, before tax, discounts and free tier.",
        (
            f"{use.requests_per_month:,.0f} requests of {milliseconds} ms, "
            f"{use.training_hours:g} h of training, "
            f"{use.stored_gb_per_bucket:g} GB in each bucket."
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
    where = "at no traffic" if meeting is None else f"at {meeting:,.0f} requests"
    costs = [option.monthly_usd(requests) for option in (serverless, instances)]
    return "\n".join(
        (
            f"Break-even: {serverless.label} and {instances.label} cost the same",
            f"{where} a month; below it serverless is cheaper.",
            f"At {requests:,.0f} requests: {costs[0]:,.2f} and {costs[1]:,.2f} USD.",
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
    quantity = sum(line.quantity for line in lines)
    price = lines[0].price
    if price is None:
        return f"  {times + what:<42}{quantity:>11,.6g} x {UNKNOWN:<9}{UNKNOWN:>12}"
    usd = sum(line.usd or 0 for line in lines)
    maximum = sum(line.maximum_usd or 0 for line in lines)
    row = f"  {times + what:<42}{quantity:>11,.6g} x {_price(price.usd):<9}"
    row += f"{_money(usd):>12}"
    if maximum == usd:
        return row
    return f"{row}\n{'    autoscaled to its maximum':<67}{_money(maximum):>12}"


def _sums(estimate: Estimate, ceiling_usd: float) -> list[str]:
    per_million = estimate.usd_per_million_predictions
    rows = [
        ("Idle: no requests, no training", estimate.idle_usd),
        ("Traffic", estimate.basis_usd(Basis.TRAFFIC)),
        ("Training", estimate.basis_usd(Basis.TRAINING)),
        *_builds(estimate),
        ("Month", estimate.usd),
        ("Month, autoscaling at its maximum", estimate.maximum_usd),
        ("Ceiling", ceiling_usd),
    ]
    if per_million is not None:
        rows.append(("A million predictions, at this traffic", per_million))
    text = [f"{label:<67}{_money(usd):>12}" for label, usd in rows]
    if estimate.unknown_items:
        text.append("The sums leave out what is unknown.")
    return text


def _builds(estimate: Estimate) -> list[tuple[str, float]]:
    if all(line.basis is not Basis.BUILDS for line in estimate.lines):
        return []
    return [("Image builds", estimate.basis_usd(Basis.BUILDS))]


def _price(usd: float) -> str:
    return f"{usd:.8f}".rstrip("0").rstrip(".")


def _money(usd: float) -> str:
    return f"{usd:,.4f}" if 0 < usd < 0.01 else f"{usd:,.2f}"  # noqa: PLR2004
