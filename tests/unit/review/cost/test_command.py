"""``fraud cost`` as its user sees it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cdk_app.prices import load as load_prices
from cdk_app.settings import load
from review.cost import gate
from review.cost.command import main
from review.cost.estimate import estimate
from review.cost.templates import read_resources
from review.cost.workload import Workload

from .templates import (
    instance_config,
    resource,
    scalable_target,
    serverless_config,
    write_stack,
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    """Run the command on the templates in ``tmp_path``, where no region is set."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)

    def run_command(*arguments: str) -> tuple[int, str, str]:
        status = main(["--templates", str(tmp_path), *arguments])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run_command


def test_every_line_shows_quantity_price_and_cost(tmp_path: Path, run: Run) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Config=serverless_config(2048))
    status, out, err = run(
        "--env", "dev", "--requests-per-month", "5000000", "--milliseconds", "2"
    )
    assert (status, err) == (0, "")
    (line,) = [line for line in out.splitlines() if "serverless, 2048 MB, per" in line]
    assert line.split()[-4:] == ["10,000", "x", "0.00004", "0.40"]
    assert "5,000,000 requests of 2 ms" in out


def test_the_report_fits_80_columns(tmp_path: Path, run: Run) -> None:
    write_stack(
        tmp_path,
        "fraud-dev-serving",
        Config=instance_config("ml.m5.xlarge", 2),
        Target=scalable_target(2, 100),
        Dashboard=resource("AWS::CloudWatch::Dashboard"),
        Alarms=resource("AWS::CloudWatch::Alarm"),
    )
    _, out, _ = run("--env", "dev", "--requests-per-month", "123456789012")
    assert max(len(line) for line in out.splitlines()) <= 80


def test_equal_lines_are_one_row_with_their_number(tmp_path: Path, run: Run) -> None:
    alarms = {f"A{i}": resource("AWS::CloudWatch::Alarm") for i in range(7)}
    write_stack(tmp_path, "fraud-dev-serving", **alarms)
    _, out, _ = run("--env", "dev")
    (row,) = [line for line in out.splitlines() if "alarm " in line]
    assert row.split() == ["7", "x", "alarm", "7", "x", "0.1", "0.70"]


def test_an_instance_type_without_a_price_fails_with_its_name_and_is_not_zero(
    tmp_path: Path, run: Run
) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Config=instance_config("ml.x9.huge"))
    status, out, err = run("--env", "dev")
    assert status == 1
    (row,) = [line for line in out.splitlines() if "1 x ml.x9.huge" in line]
    assert row.split()[-2:] == ["unknown", "unknown"]
    assert "The sums leave out what is unknown." in out
    assert "sagemaker.hosting.ml.x9.huge: expected a price in us-east-1" in err


def test_a_resource_type_that_nobody_priced_fails_with_its_name(
    tmp_path: Path, run: Run
) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Nat=resource("AWS::EC2::NatGateway"))
    status, _, err = run("--env", "dev")
    assert status == 1
    assert "AWS::EC2::NatGateway: expected a resource type that is priced" in err


def test_passing_the_ceiling_fails(tmp_path: Path, run: Run) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Config=instance_config(count=50))
    status, _, err = run("--env", "dev")
    assert status == 1
    assert "monthly_cost_ceiling_usd: expected a month of dev to cost at most" in err
    assert "cdk_app/environments/dev.toml" in err


def test_the_ceiling_holds_for_autoscaling_at_its_maximum(tmp_path: Path) -> None:
    write_stack(
        tmp_path,
        "fraud-dev-serving",
        Config=instance_config(count=1),
        Target=scalable_target(1, 3),
    )
    month = estimate(
        load("dev"),
        read_resources(tmp_path, "dev"),
        load_prices(),
        "us-east-1",
        Workload(training_hours=0),
    )
    between = (month.usd + month.maximum_usd) / 2
    assert gate.problems(month, month.maximum_usd) == []
    assert len(gate.problems(month, between)) == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--env", "qa"], "env: expected one of dev"),
        (["--env", "dev"], "npx cdk synth --quiet -c env=dev"),
        (["--requests-per-month", "-5"], "requests_per_month: expected a number"),
    ],
)
def test_a_mistake_is_one_sentence_and_exit_2(
    run: Run, arguments: list[str], message: str
) -> None:
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert message in err
    assert err.count("\n") == 1


def test_all_environments_make_one_table(tmp_path: Path, run: Run) -> None:
    for name in ("dev", "staging", "prod"):
        write_stack(tmp_path, f"fraud-{name}-serving", Config=serverless_config())
    status, out, _ = run("--all", "--requests-per-month", "0", "--training-hours", "0")
    assert status == 0
    rows = [line.split() for line in out.splitlines()]
    assert rows[0][-4:] == ["idle", "month", "maximum", "ceiling"]
    ceiling = f"{load('dev').cost.monthly_cost_ceiling_usd:,.2f}"
    assert ["dev", "0.00", "0.00", "0.00", ceiling] in rows
    assert [row[0] for row in rows[1:]] == ["dev", "prod", "staging"]


def test_the_other_regions_missing_prices_are_shown_not_guessed(
    tmp_path: Path, run: Run
) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Config=serverless_config())
    status, out, err = run("--env", "dev", "--region", "eu-west-1")
    assert status == 1
    assert "Break-even: unknown" in out
    assert "sagemaker.serverless.2048: expected a price in eu-west-1" in err


def test_the_region_is_the_shells_where_the_settings_leave_it_open(
    tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Config=serverless_config())
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    status, _, err = run("--env", "dev")
    assert status == 1
    assert "expected a price in eu-west-1" in err


def test_break_even_is_where_both_cost_the_same(tmp_path: Path, run: Run) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Config=serverless_config(2048))
    _, out, _ = run("--env", "dev", "--milliseconds", "5")
    # 730 hours at 0.115 and 30 GB at 0.14, against 5 ms at 0.00004 a second.
    requests = (730 * 0.115 + 30 * 0.14) / (0.005 * 0.00004)
    assert f"at {requests:,.0f} requests a month" in out


def test_the_picture_is_an_svg_that_names_every_option(
    tmp_path: Path, run: Run
) -> None:
    write_stack(tmp_path, "fraud-dev-serving", Config=serverless_config())
    picture = tmp_path / "cost.svg"
    status, _, _ = run("--env", "dev", "--picture", str(picture))
    svg = picture.read_text(encoding="utf-8")
    assert status == 0
    assert svg.startswith("<svg ")
    for option in ("serverless, 2048 MB, 50 ms", "1 x ml.m5.large", "2 x ml.m5.large"):
        assert f">{option}</text>" in svg


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    out = capsys.readouterr().out
    assert caught.value.code == 0
    for option in (
        "--env",
        "--all",
        "--region",
        "--templates",
        "--requests-per-month",
        "--training-hours",
        "--milliseconds",
        "--stored-gb",
        "--picture",
        "--refresh",
    ):
        assert option in out
