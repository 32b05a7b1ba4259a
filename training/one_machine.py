"""Train on one machine, on data that lie in memory as a whole unless too large."""

import os
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from artifact.history.snapshot import FILE_NAME
from artifact.manifest import TrainingData
from training import container
from training.data.data_files import find_files
from training.data.dataset import Dataset
from training.data.history import add_history
from training.data.reading import read_dataset
from training.data.report_times import mean_delay_hours
from training.data.size import memory_warning
from training.distributed.checkpoints import checkpoints_dir
from training.distributed.group import Group
from training.distributed.hosts import ALONE, threads_of
from training.distributed.job import is_better_streamed
from training.distributed.job import train as train_in_batches
from training.experiment import Experiment, run
from training.judging.backtest import Window, backtest
from training.options import Arguments
from training.preparation import Tell, prepare
from training.report.run import describe_run, span_of
from training.results import write_results
from training.writing.artifact import artifact_directory


def train_on_one_machine(
    data_path: Path, model_dir: Path, arguments: Arguments, tell: Tell
) -> dict[str, Any]:
    """Train on the data at `data_path` and write the artifact to `model_dir`.

    Returns the contents of ``metrics.json``.

    Raises
    ------
    TrainingError
        If the data or `model_dir` cannot be used; nothing has been written then.
    """
    if arguments.about_histories:
        tell(f"  look: {arguments.about_histories}")
    if is_better_streamed(data_path, arguments):
        return _streamed(data_path, model_dir, arguments, tell)
    warning = memory_warning(find_files(data_path))
    if warning:
        tell(f"  look: {warning}")
    # Small products of vectors gain nothing from threads, which wait by spinning.
    with artifact_directory(model_dir) as directory, threadpool_limits(1):
        data = read_dataset(data_path, arguments.columns)
        tell(f"read {data.rows:,} rows, {data.frauds:,} of them frauds")
        for note in data.notes:
            tell(f"  {note}")
        hours = mean_delay_hours(data) if arguments.measures_delay else None
        if hours is not None:
            arguments = arguments.with_delay(hours)
            tell(f"  frauds were reported {hours / 24:.1f} days later on average")
        learnt = data.labelled()
        facts = TrainingData(learnt.sha256, learnt.rows, learnt.frauds)
        histories = None
        if arguments.has_histories:
            data, histories = add_history(data, arguments)
            tell(f"histories of {', '.join(histories.definition.entities)}")
            left = learnt.rows - data.rows
            tell(
                f"  {data.rows:,} rows are left after the first {left:,}, which only "
                "fill the histories"
            )
        else:
            data = learnt
        prepared = prepare(
            data, arguments, tell, histories.definition if histories else None
        )
        span = span_of(data)
        # The parts are a copy: of large data, only one has room beside the fits.
        to_backtest = data if arguments.backtest else None
        del data, learnt
        experiment = run(prepared, arguments, tell)
        windows = _backtest(to_backtest, experiment, arguments, tell)
        section = histories.write(history_path(model_dir)) if histories else None
        return write_results(
            directory,
            experiment,
            arguments,
            facts,
            describe_run(data_path, span, os.environ),
            backtest=windows,
            history=section,
            tell=tell,
        )


def _streamed(
    data_path: Path, model_dir: Path, arguments: Arguments, tell: Tell
) -> dict[str, Any]:
    """Train as one of several hosts would, without the others."""
    tell("the data are large: rows stay on disk and are read in batches")
    metrics = train_in_batches(
        Group(ALONE),
        data_path,
        model_dir,
        arguments,
        run=lambda span: describe_run(data_path, span, os.environ),
        checkpoints_dir=checkpoints_dir(os.environ),
        threads=threads_of(ALONE),
        tell=tell,
    )
    if metrics is None:
        raise ValueError("one host is the first")
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
    data: Dataset | None, experiment: Experiment, arguments: Arguments, tell: Tell
) -> dict[str, list[Window]]:
    if data is None:
        return {}
    names = sorted({experiment.champion.name, experiment.baseline.name})
    per_day = experiment.population.transactions_per_day
    return {name: backtest(data, name, arguments, per_day, tell) for name in names}
