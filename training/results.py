"""What a run found out, as the artifact with its documents."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from artifact import layout
from artifact.manifest import TrainingData
from training.experiment import Experiment
from training.judging.backtest import Window
from training.options import Arguments
from training.report.content import report_content
from training.report.model_card import render_model_card
from training.report.render import chart_library, render_report
from training.report.run import Run
from training.writing.artifact import write_artifact
from training.writing.documents import config_document, metrics_document


def write_results(
    directory: Path,
    experiment: Experiment,
    arguments: Arguments,
    facts: TrainingData,
    run: Run,
    *,
    backtest: Mapping[str, list[Window]],
    history: Mapping[str, Any] | None,
    tell: Callable[[str], None],
) -> dict[str, Any]:
    """Write the artifact into a directory; return the contents of ``metrics.json``."""
    parts = experiment.parts
    metrics = metrics_document(facts, experiment, arguments, backtest)
    config = config_document(experiment, arguments)
    documents = {layout.MODEL_CARD: render_model_card(metrics, config, run)}
    library = chart_library()
    if library is None:
        tell(f"no {layout.REPORT}: Chart.js is not installed; run 'npm ci'")
    else:
        content = report_content(metrics, config, experiment, arguments)
        documents[layout.REPORT] = render_report(content, run, library)
        tell("drew the report")
    write_artifact(
        directory,
        history=history,
        model=experiment.champion,
        train=parts.train,
        data=facts,
        metrics=metrics,
        config=config,
        documents=documents,
        rows=(parts.train.features, parts.test.features),
    )
    return metrics
