"""Put the content, the page and the plotting library into one file.

The page draws with Chart.js, pinned in ``package-lock.json``. AWS's image has no
Node, so the launcher stages that one file beside the code, in the same place.
"""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from training.report.run import Run
from training.report.wording import (
    FIGURES,
    cautions,
    choice_in_words,
    figure_in_words,
    rule_in_words,
    why_in_words,
)

PROJECT_DIR = Path(__file__).resolve().parents[2]
CHART_LIBRARY = "node_modules/chart.js/dist/chart.umd.min.js"

_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}")


def chart_library(project_dir: Path = PROJECT_DIR) -> Path | None:
    """Return where Chart.js is; None when ``npm ci`` has not been run."""
    path = project_dir / CHART_LIBRARY
    return path if path.is_file() else None


def render_report(content: Mapping[str, Any], run: Run, library: Path) -> str:
    """Return the report as one HTML page that needs no network."""
    folder = Path(__file__).parent
    metrics, config = content["metrics"], content["config"]
    amount = config["decision_rule"].get("amount", "amount")
    words = {
        "run": asdict(run),
        "figures": [
            [name, figure_in_words(name, metrics), kind]
            for name, (_, kind) in FIGURES.items()
        ],
        "cautions": list(cautions(metrics)),
        "rule": rule_in_words(config, amount),
        "choice": choice_in_words(config),
        "why": why_in_words(metrics),
    }
    title = f"{metrics['model']['name']}, {run.job or run.data_file}"
    parts = {
        "title": html.escape(f"Fraud model report: {title}"),
        "style": (folder / "page.css").read_text(encoding="utf-8"),
        "content": _json_in_script({**content, "words": words}),
        "library": _without_map(library.read_text(encoding="utf-8")),
        "script": (folder / "page.js").read_text(encoding="utf-8"),
    }
    page = (folder / "page.html").read_text(encoding="utf-8")
    # One pass over the page alone: what was put in is never looked at again.
    return _PLACEHOLDER.sub(lambda found: parts[found[1]], page)


def _json_in_script(content: Mapping[str, Any]) -> str:
    """Return JSON in which HTML can find neither a tag nor a comment."""
    return json.dumps(content, allow_nan=False).replace("<", "\\u003c")


def _without_map(script: str) -> str:
    """Leave out the reference to a source map, which a browser would look for."""
    return script.partition("//# sourceMappingURL")[0].replace("</", "<\\/")
