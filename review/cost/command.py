"""``fraud cost``: print the estimate, fail on what must not be deployed."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from cdk_app import prices
from cdk_app.settings import (
    InstanceHosting,
    ServerlessHosting,
    Settings,
    SettingsError,
    environment_names,
    load,
)
from review.cost import break_even, document, gate, table
from review.cost.estimate import Estimate, estimate
from review.cost.options import parser
from review.cost.refresh import RefreshError
from review.cost.templates import TemplateError, read_resources
from review.cost.workload import Workload, WorkloadError
from review.region import region_of

SYNTH_DIRECTORY = Path("cdk.out")
REVIEWED_DIRECTORY = Path("docs/templates")

PASSED, FAILED, MISUSED = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 if the gate fails, 2 on a mistake in its use."""
    options = parser().parse_args(arguments)
    try:
        if options.refresh:
            return _refresh(options.region)
        return _estimate(options)
    except (
        SettingsError,
        TemplateError,
        WorkloadError,
        RefreshError,
        prices.PriceFileError,
        prices.UnknownPriceError,
    ) as error:
        print(f"error: {error}", file=sys.stderr)
        return MISUSED


def _estimate(options: argparse.Namespace) -> int:
    known = prices.load()
    workload = replace(
        Workload(),
        requests_per_month=options.requests_per_month,
        training_hours=options.training_hours,
        seconds_per_request=options.milliseconds / 1000,
        stored_gb_per_bucket=options.stored_gb,
    )
    names = environment_names() if options.all else [options.env]
    chosen = [load(name) for name in names]
    estimates = [
        _of_environment(settings, options, known, workload) for settings in chosen
    ]
    ceilings = [settings.cost.monthly_cost_ceiling_usd for settings in chosen]
    if options.all:
        print(table.summary(list(zip(estimates, ceilings, strict=True))))
    else:
        print(table.itemised(estimates[0], known, ceilings[0]))
        print()
        print(_break_even(chosen[0], estimates[0], known))
    if options.picture:
        options.picture.write_text(
            document.picture_of(known, estimates[0].region, workload), encoding="utf-8"
        )
    failures = [
        problem
        for of_environment, ceiling_usd in zip(estimates, ceilings, strict=True)
        for problem in gate.problems(of_environment, ceiling_usd)
    ]
    for problem in failures:
        print(f"error: {problem}", file=sys.stderr)
    return FAILED if failures else PASSED


def _of_environment(
    settings: Settings,
    options: argparse.Namespace,
    known: prices.PriceList,
    workload: Workload,
) -> Estimate:
    resources = read_resources(
        options.templates or _default_directory(settings.environment),
        settings.environment,
    )
    region = options.region[0] if options.region else region_of(settings)
    return estimate(settings, resources, known, region, workload)


def _default_directory(environment: str) -> Path:
    """Return where synth just wrote, or else where the reviewed templates are."""
    reviewed = REVIEWED_DIRECTORY / environment
    synthesized = any(SYNTH_DIRECTORY.glob(f"*-{environment}-*.template.json"))
    return reviewed if reviewed.is_dir() and not synthesized else SYNTH_DIRECTORY


def _break_even(
    settings: Settings, of_environment: Estimate, known: prices.PriceList
) -> str:
    """Compare the environment's hosting with the other kind."""
    region, workload = of_environment.region, of_environment.workload
    memory_mb, provisioned = 2048, 0
    instance_type, count, volume_gb = "ml.m5.large", 1, None
    match settings.hosting:
        case ServerlessHosting() as chosen:
            memory_mb = chosen.memory_size_mb
            provisioned = chosen.provisioned_concurrency or 0
        case InstanceHosting() as chosen:
            instance_type, count = chosen.instance_type, chosen.fewest_instances
            volume_gb = chosen.volume_size_gb
    try:
        return table.break_even(
            break_even.serverless(
                known, region, memory_mb, workload.seconds_per_request, provisioned
            ),
            break_even.instances(known, region, instance_type, count, volume_gb),
            workload.requests_per_month,
        )
    except prices.UnknownPriceError as error:
        return f"Break-even: unknown ({error.item})."


def _refresh(regions: Sequence[str] | None) -> int:
    # boto3 takes half a second to import, and only a refresh needs it.
    import boto3  # noqa: PLC0415

    from operations.account.errors import OperationError, explained  # noqa: PLC0415
    from review.cost.refresh import (  # noqa: PLC0415
        API_REGION,
        refresh,
        write,
    )

    known = prices.load()
    wanted = sorted({*known.regions, *(regions or ())})
    print(f"asking the AWS Price List API for {', '.join(wanted)} ...", flush=True)
    try:
        with explained():
            refreshed = refresh(
                boto3.client("pricing", region_name=API_REGION),
                known,
                wanted,
                datetime.now(tz=UTC).date(),
            )
    except OperationError as error:
        print(
            f"error: {str(error).rstrip('.')}; the price file is as it was. To ask "
            "the AWS Price List API, credentials need pricing:GetProducts.",
            file=sys.stderr,
        )
        return MISUSED
    write(refreshed.prices)
    print(f"wrote {len(refreshed.prices.prices)} prices to {prices.PRICES_FILE.name}.")
    for price in refreshed.kept:
        print(f"  kept {price.region} {price.item}: {price.source}")
    return PASSED
