"""Train a fraud model, evaluate it, and write the artifact that serving loads.

On a person's machine: ``python -m training.train --data FILE --model-dir DIR``.
In a SageMaker training job the same options arrive as hyperparameters, and the
paths come from the container's environment.
"""

import os
import shutil
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

if not __package__:  # run by its path, as SageMaker does
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from artifact import layout
from artifact.decision import ThresholdRule
from artifact.manifest import TrainingData
from training import container
from training.arguments import Arguments, add_paths, build_parser, to_arguments
from training.artifact_writer import artifact_directory, write_artifact
from training.errors import TrainingError
from training.evaluation import evaluate
from training.metrics_text import describe_metrics
from training.models import MODELS, fit
from training.reading import read_dataset
from training.split import Split, split_stratified

_STARTED = time.perf_counter()


def train(data_path: Path, model_dir: Path, arguments: Arguments) -> dict[str, Any]:
    """Train on the data at `data_path` and write the artifact to `model_dir`.

    Returns the contents of ``metrics.json``.

    Raises
    ------
    TrainingError
        If the data or `model_dir` cannot be used; nothing has been written then.
    """
    with artifact_directory(model_dir) as directory:
        data = read_dataset(data_path, arguments.columns)
        _say(f"read {data.rows:,} rows, {data.frauds:,} of them frauds")
        split = split_stratified(
            data, test_size=arguments.test_size, random_state=arguments.random_state
        )
        hyperparameters = {"logistic_c": arguments.logistic_c}
        model = fit(MODELS[arguments.model](**hyperparameters), split.train)
        _say(f"fitted {arguments.model} to {split.train.rows:,} rows")
        probabilities = model.predict_proba(split.test.features)[:, 1]
        test_metrics = evaluate(split.test, probabilities, arguments.threshold)
        _say(f"evaluated on {split.test.rows:,} rows")
        facts = TrainingData(data.sha256, data.rows, data.frauds)
        metrics = {
            "schema_version": 1,
            "model": {"name": arguments.model, "hyperparameters": hyperparameters},
            "data": {**asdict(facts), "weighted": data.weights is not None},
            "split": _describe_split(split, arguments),
            "test": asdict(test_metrics),
        }
        write_artifact(
            directory,
            model=model,
            train=split.train,
            data=facts,
            metrics=metrics,
            config={
                "schema_version": 1,
                "decision_threshold": arguments.threshold,
                "decision_rule": ThresholdRule(arguments.threshold).as_dict(),
                "chosen_by": {"policy": "fixed", "threshold": arguments.threshold},
            },
        )
    return metrics


def _describe_split(split: Split, arguments: Arguments) -> dict[str, Any]:
    return {
        "protocol": "stratified",
        "test_size": arguments.test_size,
        "random_state": arguments.random_state,
        "train_rows": split.train.rows,
        "train_frauds": split.train.frauds,
        "test_rows": split.test.rows,
        "test_frauds": split.test.frauds,
    }


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 after telling what is wrong."""
    environment = os.environ
    try:
        _run(argv, environment)
    except TrainingError as error:
        print(f"Error: {error}", file=sys.stderr)
        container.report_failure(str(error), environment)
        return 1
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
    parser = build_parser()
    add_paths(parser)
    options = parser.parse_args(argv)
    data_path = options.data or container.data_path(environment)
    model_dir = options.model_dir or container.model_dir(environment)
    if data_path is None or model_dir is None:
        raise TrainingError(
            "--data and --model-dir are needed outside SageMaker; see --help."
        )
    metrics = train(data_path, model_dir, to_arguments(options))
    print(describe_metrics(metrics))
    outputs = container.output_data_dir(environment)
    if outputs is not None:
        outputs.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(model_dir / layout.METRICS, outputs / layout.METRICS)
    print(f"The artifact is in {model_dir}", flush=True)


def _say(what: str) -> None:
    print(f"{time.perf_counter() - _STARTED:7.1f} s  {what}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
