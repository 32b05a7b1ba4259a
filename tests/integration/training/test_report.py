"""The report in a real browser: it draws, its slider counts, and it fits."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from artifact import layout
from tests.browser.devtools import Browser
from training.report.render import chart_library, render_report
from training.report.run import Run
from training.train import main

FIGURES = """Object.fromEntries([...document.querySelectorAll("[data-figure]")].map(
    (e) => [e.dataset.figure, e.textContent]))"""

IMPORTANCE = """JSON.parse(document.getElementById("content").textContent)
    .importance.map((item) => item.feature)"""
ONLY_OUR_BOLD = """[...document.querySelectorAll("body b")].every(
    (bold) => bold.parentElement.className === "tile")"""


@pytest.fixture(scope="module")
def model_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("report")
    random = np.random.default_rng(3)
    labels = (np.arange(2000) % 20 == 0).astype(int)
    pd.DataFrame(
        {
            "Time": np.sort(random.uniform(0, 172_800, 2000)),
            "Amount": random.exponential(80, 2000).round(2),
            "V1": random.normal(size=2000) + 2 * labels,
            "</script><b>V2": random.normal(size=2000),
            "Class": labels,
        }
    ).to_csv(directory / "data.csv", index=False)
    options = ["--model", "neural-network", "--threshold-policy", "max-f1"]
    paths = ["--data", str(directory / "data.csv"), "--model-dir"]
    assert main([*paths, str(directory / "model"), *options, "--backtest"]) == 0
    return directory / "model"


@pytest.fixture(scope="module")
def metrics(model_dir: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((model_dir / layout.METRICS).read_text())
    return found


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser, model_dir: Path) -> Browser:
    browser.show(1280, 900)
    browser.open(model_dir / layout.REPORT)
    return browser


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def test_it_draws_without_a_complaint_and_without_a_network(
    page: Browser, model_dir: Path
) -> None:
    drawn = page.evaluate(
        """[...document.querySelectorAll("canvas")].map((canvas) => {
            const { data } = canvas.getContext("2d").getImageData(
                0, 0, canvas.width, canvas.height);
            return data.some((value) => value !== 0);
        })"""
    )
    assert drawn == [True] * 9
    assert page.complaints == []
    loaded = [url for url in page.requests if not url.startswith("data:")]
    assert loaded == [(model_dir / layout.REPORT).as_uri()]


def test_the_headline_is_that_of_the_metrics(
    page: Browser, metrics: dict[str, Any]
) -> None:
    shown = page.evaluate(FIGURES)
    assert shown["average_precision"] == f"{metrics['test']['average_precision']:.4f}"
    assert shown["roc_auc"] == f"{metrics['test']['roc_auc']:.4f}"


def test_the_slider_starts_at_the_rule_with_the_figures_of_the_metrics(
    page: Browser, metrics: dict[str, Any]
) -> None:
    shown, test = page.evaluate(FIGURES), metrics["test"]
    assert shown["explorer_precision"] == percent(test["precision"])
    assert shown["explorer_recall"] == percent(test["recall"])
    assert shown["explorer_savings"] == f"{test['savings']:,.0f}"
    assert shown["alerts_per_day"] == f"{test['alerts_per_day']:,.0f}"
    cells = page.evaluate(
        """[...document.querySelectorAll("#confusion td")].map((e) => e.textContent)"""
    )
    matrix = test["confusion_matrix"]
    assert [cell.replace(",", "") for cell in cells] == [
        "legitimate",
        f"{matrix['true_negatives']:.0f}",
        f"{matrix['false_positives']:.0f}",
        "fraud",
        f"{matrix['false_negatives']:.0f}",
        f"{matrix['true_positives']:.0f}",
    ]


def test_its_header_tells_it_from_another(
    page: Browser, metrics: dict[str, Any]
) -> None:
    facts = page.evaluate("""Object.fromEntries(
        [...document.querySelectorAll("#facts dt")].map(
            (e) => [e.textContent, e.nextElementSibling.textContent]))""")
    assert facts["Job"] == "none: trained on a person's machine"
    assert facts["Data"] == "data.csv · 2.0 days, by the data's own clock"
    assert facts["Rows"] == "2,000 rows, 100 frauds"
    assert facts["Rule"].startswith("alert when the probability is at least 0.")
    assert "data.csv" in page.evaluate("document.title")


def test_every_figure_that_is_uncertain_has_its_interval_below_it(
    page: Browser, metrics: dict[str, Any]
) -> None:
    cells = page.evaluate(
        """[...document.querySelectorAll("#figures td:not(:first-child)")].map(
            (e) => e.querySelector("small") && e.querySelector("small").textContent)"""
    )
    intervals = [cell for cell in cells if cell]
    assert len(intervals) == 2 * len(metrics["test"]["intervals_95"])
    # What a review of everything costs is a fixed number.
    assert len(cells) == len(intervals) + 2
    assert all(" to " in cell for cell in intervals)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_table_that_is_cut_off_says_so(page: Browser, width: int) -> None:
    page.show(width, 900)
    page.wait_until(
        """[...document.querySelectorAll(".scroll")].every((part) =>
            (getComputedStyle(part.nextElementSibling).display !== "none")
            === (part.scrollWidth > part.clientWidth + 1))"""
    )
    cut = page.evaluate("""document.querySelectorAll(".scrolls").length""")
    assert (cut > 0) is (width == 390)


def test_cards_fill_their_rows(page: Browser) -> None:
    gaps = page.evaluate(
        """(() => { const rows = {};
        for (const card of document.querySelectorAll("main > section:not([hidden])")) {
          const box = card.getBoundingClientRect();
          const top = Math.round(box.top);
          rows[top] = Math.max(rows[top] || 0, box.right);
        }
        const right = Math.max(...Object.values(rows));
        return Object.values(rows).map((end) => right - end); })()"""
    )
    assert max(gaps) < 1


def test_the_money_line_never_leaves_its_plot(page: Browser) -> None:
    within = """(() => { const chart = Chart.getChart("explorer-money");
        return chart.data.datasets.flatMap((set) => set.data).every(
            ({ y }) => Number.isNaN(y) || y >= chart.scales.y.min); })()"""
    assert page.evaluate(within)
    page.evaluate(
        """(() => { const slider = document.getElementById("slider");
        slider.value = slider.max; slider.dispatchEvent(new Event("input")); })()"""
    )
    assert page.evaluate(within)


def test_dragging_the_slider_changes_the_numbers_and_the_button_brings_them_back(
    page: Browser,
) -> None:
    drag = """(() => { const slider = document.getElementById("slider");
        slider.value = slider.max; slider.dispatchEvent(new Event("input")); })()"""
    before = page.evaluate(FIGURES)
    page.evaluate(drag)
    laxest = page.evaluate(FIGURES)
    assert laxest["explorer_recall"] == "100.0 %"
    assert laxest["explorer_precision"] != before["explorer_precision"]
    page.evaluate("""document.getElementById("reset").click()""")
    assert page.evaluate(FIGURES) == before
    assert page.complaints == []


@pytest.mark.parametrize("width", [360, 768, 1920])
@pytest.mark.parametrize("dark", [False, True])
def test_it_fits_the_window_in_light_and_dark(
    page: Browser, width: int, dark: bool
) -> None:
    page.show(width, 900, dark=dark)
    page.wait_until(f"document.documentElement.scrollWidth <= {width}")
    channels = page.evaluate(
        "getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)"
    )
    assert (sum(channels) < 3 * 128) is dark
    assert page.complaints == []


def test_a_column_name_is_text_and_not_markup(page: Browser) -> None:
    assert page.evaluate(ONLY_OUR_BOLD)
    assert "</script><b>V2" in page.evaluate(IMPORTANCE)


#: What could end a script, begin a comment, or stand for a part of the page.
TRICKS = [
    "{{library}}", "{{content}}", "</script>", "<!--<script>", "-->", "`", "$&", "\\",
    '"', "'", "\x1b[31m", "\u202e", "\u2028", "\ufeff", "&lt;", "<b>", "\n",
    "__proto__", "constructor", "x" * 3000,
]  # fmt: skip


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    names=st.lists(
        st.lists(
            st.sampled_from(TRICKS) | st.text(st.characters(codec="utf-8"), max_size=9),
            min_size=1,
            max_size=4,
        ).map("".join),
        min_size=1,
        max_size=5,
        unique=True,
    )
)
def test_whatever_a_column_is_called_the_report_is_whole(
    page: Browser, tmp_path: Path, names: list[str]
) -> None:
    library = chart_library()
    assert library is not None
    content = page.evaluate(
        """JSON.parse(document.getElementById("content").textContent)"""
    )
    content["importance"] = [{"feature": name, "loss": 0.1} for name in names]
    rule = {"policy": "expected-value", "review_cost": 2, "fixed_loss_per_fraud": 0}
    content["config"]["decision_rule"] = {**rule, "amount": names[0]}
    content["config"]["decision_threshold"] = None
    run = Run(job="", environment="", data_file=names[-1], span="")
    path = tmp_path / "report.html"
    path.write_text(render_report(content, run, library), encoding="utf-8")
    page.open(path)
    assert page.complaints == []
    assert page.evaluate(IMPORTANCE) == names
    assert names[0] in page.evaluate("""document.getElementById("facts").textContent""")
    assert page.evaluate(ONLY_OUR_BOLD)
    assert len(page.evaluate(FIGURES)) > 8


def test_the_model_card_names_the_figures(
    model_dir: Path, metrics: dict[str, Any]
) -> None:
    card = (model_dir / layout.MODEL_CARD).read_text()
    assert card.startswith("# Model card: neural-network")
    assert "| figure | neural-network | logistic-regression (baseline) |" in card
    assert f"| average precision | {metrics['test']['average_precision']:.4f} (" in card
    assert "the threshold with the highest F1, on out-of-fold predictions" in card
    assert metrics["data"]["sha256"] in card


@pytest.mark.parametrize(
    ("options", "shown_as_money"),
    [(["--drop-columns", "Amount"], False), (["--threshold", "0.99999999"], True)],
    ids=["without money", "without alerts"],
)
def test_it_draws_without_money_and_without_alerts(
    browser: Browser,
    model_dir: Path,
    tmp_path: Path,
    options: list[str],
    shown_as_money: bool,
) -> None:
    data = str(model_dir.parent / "data.csv")
    paths = ["--data", data, "--model-dir", str(tmp_path / "model")]
    assert main([*paths, *options]) == 0
    browser.show(1280, 900)
    browser.open(tmp_path / "model" / layout.REPORT)
    test = json.loads((tmp_path / "model" / layout.METRICS).read_text())["test"]
    shown = browser.evaluate(FIGURES)
    assert ("savings" in shown) is shown_as_money
    assert ("explorer_savings" in shown) is shown_as_money
    assert shown["alerts_per_day"] == f"{test['alerts_per_day']:,.0f}"
    assert shown["explorer_recall"] == percent(test["recall"])
    assert browser.complaints == []
