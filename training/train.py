"""Train a fraud model, evaluate it, and write the artifact that serving loads.

On a person's machine: ``fraud train --data FILE --model-dir DIR``.
In a SageMaker training job the same options arrive as hyperparameters, and the
paths come from the container's environment.
"""

import json
import os
import shutil
import sys
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

if not __package__:  # run by its path, as SageMaker does
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from artifact import layout
from artifact.printable import printable
from training import container
from training.command_line import parser, to_arguments
from training.distributed.agent import train_with_others
from training.distributed.hosts import hosts_of
from training.distributed.refusing import refuse
from training.errors import OptionError, TrainingError
from training.options import Arguments
from training.report.summary import describe_outcome, in_lines
from training.scikit_learn import import_scikit_learn, without_pandas
from training.wheels import use_wheels

_STARTED = time.perf_counter()


def train(data_path: Path, model_dir: Path, arguments: Arguments) -> dict[str, Any]:
    """Train on the data at `data_path` and write the artifact to `model_dir`.

    Returns the contents of ``metrics.json``.

    Raises
    ------
    TrainingError
        If the data or `model_dir` cannot be used; nothing has been written then.
    """
    # What agents of several hosts do not need, and a wrong option either.
    import_scikit_learn()
    from training.one_machine import train_on_one_machine  # noqa: PLC0415 - seconds

    return train_on_one_machine(data_path, model_dir, arguments, _say)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0, 1 after a failure, 2 for a wrong option."""
    environment = os.environ
    try:
        # XGBoost looks for it later. In a process of the caller's it is his again then.
        with without_pandas():
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
    given_options = [*container.options(environment, code), *given]
    options = parser().parse_args(given_options)
    arguments = to_arguments(options)
    data_path = options.data or container.data_path(environment)
    model_dir = options.model_dir or container.model_dir(environment)
    if data_path is None or model_dir is None:
        raise TrainingError(
            "--data and --model-dir are needed outside SageMaker; see --help."
        )
    use_wheels(code)
    hosts = hosts_of(environment)
    if len(hosts) > 1:
        refuse(arguments)
        train_with_others(hosts, code, given_options, environment)
        if not hosts.is_first:
            return
        metrics = json.loads((model_dir / layout.METRICS).read_text(encoding="utf-8"))
    else:
        metrics = train(data_path, model_dir, arguments)
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
        said = (
            f"The artifact is in {model_dir}, and a typical transaction of the data in "
            f"{model_dir / layout.EXAMPLE}"
        )
        print(in_lines(said))


def _say(what: str) -> None:
    seconds = f"{time.perf_counter() - _STARTED:7.1f} s  "
    print(in_lines(seconds + printable(what), below=" " * len(seconds)), flush=True)


if __name__ == "__main__":
    sys.exit(main())
