"""Train a fraud model, evaluate it, and write the artifact that serving loads.

On a person's machine: ``fraud train --data FILE --model-dir DIR``.
In a SageMaker training job the same options arrive as hyperparameters, and the
paths come from the container's environment.
"""

import os
import shutil
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

if not __package__:  # run by its path, as SageMaker does
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from artifact import layout
from artifact.history.snapshot import FILE_NAME
from artifact.manifest import TrainingData
from artifact.printable import printable
from training import container
from training.command_line import parser, to_arguments
from training.data.dataset import Dataset
from training.data.history import add_history
from training.data.reading import read_dataset
from training.data.report_times import mean_delay_hours
from training.errors import OptionError, TrainingError
from training.experiment import Experiment, run
from training.judging.backtest import Window, backtest
from training.options import Arguments
from training.report.content import report_content
from training.report.model_card import render_model_card
from training.report.render import chart_library, render_report
from training.report.run import Run, describe_run
from training.report.summary import describe_outcome
from training.wheels import use_wheels
from training.writing.artifact import artifact_directory, write_artifact
from training.writing.documents import config_document, metrics_document

_STARTED = time.perf_counter()


def train(data_path: Path, model_dir: Path, arguments: Arguments) -> dict[str, Any]:
    """Train on the data at `data_path` and write the artifact to `model_dir`.

    Returns the contents of ``metrics.json``.

    Raises
    ------
    TrainingError
        If the data or `model_dir` cannot be used; nothing has been written then.
    """
    # Small products of vectors gain nothing from threads, which wait by spinning.
    with artifact_directory(model_dir) as directory, threadpool_limits(1):
        data = read_dataset(data_path, arguments.columns)
        _say(f"read {data.rows:,} rows, {data.frauds:,} of them frauds")
        for note in data.notes:
            _say(f"  {note}")
        hours = mean_delay_hours(data) if arguments.measures_delay else None
        if hours is not None:
            arguments = arguments.with_delay(hours)
            _say(f"  frauds were reported {hours / 24:.1f} days later on average")
        facts = TrainingData(data.sha256, data.rows, data.frauds)
        histories = None
        if arguments.has_histories:
            data, histories = add_history(data, arguments)
            _say(f"histories of {', '.join(histories.definition.entities)}")
            _say(f"  {data.rows:,} rows after those that histories begin with")
        experiment = run(
            data, arguments, _say, histories.definition if histories else None
        )
        windows = _backtest(data, experiment, arguments) if arguments.backtest else {}
        metrics = metrics_document(facts, experiment, arguments, windows)
        config = config_document(experiment.champion, arguments)
        described = describe_run(data_path, data, os.environ)
        section = histories.write(history_path(model_dir)) if histories else None
        write_artifact(
            directory,
            history=section,
            model=experiment.champion,
            train=experiment.parts.train,
            data=facts,
            metrics=metrics,
            config=config,
            documents=_documents(metrics, config, experiment, arguments, described),
            rows=np.vstack(
                [experiment.parts.train.features, experiment.parts.test.features]
            ),
        )
    return metrics


def history_path(model_dir: Path) -> Path:
    """Where the histories at the end of the data go: beside the artifact, not into it.

    In a job it is an output of its own.
    """
    outputs = container.output_data_dir(os.environ)
    if outputs is None:
        return model_dir.absolute().with_name(
            f"{model_dir.absolute().name}.{FILE_NAME}"
        )
    outputs.mkdir(parents=True, exist_ok=True)
    return outputs / FILE_NAME


def _backtest(
    data: Dataset, experiment: Experiment, arguments: Arguments
) -> dict[str, list[Window]]:
    names = sorted({experiment.champion.name, experiment.baseline.name})
    per_day = experiment.population.transactions_per_day
    return {name: backtest(data, name, arguments, per_day, _say) for name in names}


def _documents(
    metrics: dict[str, Any],
    config: dict[str, Any],
    experiment: Experiment,
    arguments: Arguments,
    described: Run,
) -> dict[str, str]:
    documents = {layout.MODEL_CARD: render_model_card(metrics, config, described)}
    library = chart_library()
    if library is None:
        _say(f"no {layout.REPORT}: Chart.js is not installed; run 'npm ci'")
    else:
        content = report_content(metrics, config, experiment, arguments)
        documents[layout.REPORT] = render_report(content, described, library)
        _say("drew the report")
    return documents


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 after a failure, 2 for a wrong option."""
    environment = os.environ
    try:
        _run(argv, environment)
    except TrainingError as error:
        print(f"error: {printable(str(error))}", file=sys.stderr)
        container.report_failure(str(error), environment)
        return 2 if isinstance(error, OptionError) else 1
    except Exception as error:  # noqa: BLE001 - the job must name its failure's cause
        traceback.print_exc()
        frame = traceback.extract_tb(error.__traceback__)[-1]
        container.report_failure(
            f"{type(error).__name__} in {Path(frame.filename).name}, line "
            f"{frame.lineno}; the job's log has the traceback.",
            environment,
        )
        return 1
    return 0


def _run(argv: Sequence[str] | None, environment: Mapping[str, str]) -> None:
    print(container.FIRST_LOG_LINE, flush=True)
    code = Path(__file__).resolve().parents[1]
    given = list(sys.argv[1:] if argv is None else argv)
    options = parser().parse_args([*container.options(environment, code), *given])
    data_path = options.data or container.data_path(environment)
    model_dir = options.model_dir or container.model_dir(environment)
    if data_path is None or model_dir is None:
        raise TrainingError(
            "--data and --model-dir are needed outside SageMaker; see --help."
        )
    use_wheels(code)
    metrics = train(data_path, model_dir, to_arguments(options))
    print(
        f"{container.FIGURES_LINE}\n{printable(describe_outcome(metrics))}", flush=True
    )
    outputs = container.output_data_dir(environment)
    if outputs is not None:
        outputs.mkdir(parents=True, exist_ok=True)
        for name in (layout.METRICS, layout.MODEL_CARD, layout.REPORT):
            if (model_dir / name).is_file():
                shutil.copyfile(model_dir / name, outputs / name)
    if options.model_dir is not None:
        print(
            f"The artifact is in {model_dir}, and a typical transaction of the data in "
            f"{model_dir / layout.EXAMPLE}"
        )


def _say(what: str) -> None:
    print(f"{time.perf_counter() - _STARTED:7.1f} s  {printable(what)}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
