"""Put the content, the page and the plotting library into one file.

The page draws with Chart.js, pinned in ``package-lock.json``. AWS's image has no
Node, so the launcher stages that one file beside the code, in the same place.
"""

import html
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PROJECT_DIR = Path(__file__).resolve().parents[2]
CHART_LIBRARY = "node_modules/chart.js/dist/chart.umd.min.js"


def chart_library(project_dir: Path = PROJECT_DIR) -> Path | None:
    """Return where Chart.js is; None when ``npm ci`` has not been run."""
    path = project_dir / CHART_LIBRARY
    return path if path.is_file() else None


def render_report(content: Mapping[str, Any], library: Path) -> str:
    """Return the report as one HTML page that needs no network."""
    folder = Path(__file__).parent
    metrics = content["metrics"]
    title = f"{metrics['model']['name']}, {metrics['split']['protocol']} split"
    parts = {
        "{{title}}": html.escape(f"Fraud model report: {title}"),
        "{{style}}": (folder / "page.css").read_text(encoding="utf-8"),
        "{{content}}": _for_script(json.dumps(content, allow_nan=False)),
        "{{library}}": _for_script(_without_map(library.read_text(encoding="utf-8"))),
        "{{script}}": (folder / "page.js").read_text(encoding="utf-8"),
    }
    page = (folder / "page.html").read_text(encoding="utf-8")
    for placeholder, text in parts.items():
        before, _, after = page.partition(placeholder)
        page = before + text + after
    return page


def _for_script(text: str) -> str:
    """Keep text that holds an end tag from ending the script it is in."""
    return text.replace("</", "<\\/")


def _without_map(script: str) -> str:
    """Leave out the reference to a source map, which a browser would look for."""
    return script.partition("//# sourceMappingURL")[0]
