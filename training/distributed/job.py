"""One training run over all hosts: the same steps as on one, in the same order.

Everything that is chosen is chosen on the training part; the test part is read once, by
the evaluation at the end.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from training.data.data_files import find_files
from training.data.size import matrix_bytes
from training.data.vocabulary import Vocabulary, count_codes, vocabulary_of
from training.distributed.agreement import agree
from training.distributed.checkpoints import Checkpoints, fingerprint_of
from training.distributed.group import Group
from training.distributed.inventory import take_inventory
from training.distributed.judging import Judgement
from training.distributed.learning import Learning
from training.distributed.membership import (
    FIT,
    HELD_OUT,
    TEST,
    TRAIN,
    Membership,
    assign,
    check_held_out,
)
from training.distributed.spool import Spool, write_spool
from training.experiment import BASELINE
from training.options import Arguments
from training.preparation import check_amount
from training.report.run import Run
from training.results import write_results
from training.writing.artifact import artifact_directory

#: Cells of more bytes than this are streamed on one machine too: 4 million rows of 30.
STREAMED_FROM_BYTES = 1_000_000_000


def train(
    group: Group,
    data_path: Path,
    model_dir: Path,
    arguments: Arguments,
    *,
    run: Callable[[str], Run],
    checkpoints_dir: Path | None,
    threads: int,
    tell: Callable[[str], None],
) -> dict[str, Any] | None:
    """Train on this host's files together with the others.

    Returns the contents of ``metrics.json`` on the first host, which writes the
    artifact, and None on the others.

    Raises
    ------
    TrainingError
        If the data or `model_dir` cannot be used; nothing has been written then.
    """
    with TemporaryDirectory(prefix="rows-") as directory, threadpool_limits(1):
        train_here = partial(
            _train,
            group,
            data_path,
            Path(directory),
            arguments,
            checkpoints_dir=checkpoints_dir,
            threads=threads,
            tell=tell,
        )
        if not group.is_first:
            train_here()
            return None
        with artifact_directory(model_dir) as staged:
            judgement = train_here()
            return write_results(
                staged,
                judgement.experiment(),
                arguments,
                judgement.facts,
                run(judgement.span),
                backtest={},
                history=None,
                tell=tell,
            )


def is_better_streamed(data_path: Path, arguments: Arguments) -> bool:
    """Whether one machine, too, should keep its rows on disk.

    Data in memory take several times the bytes of their cells.
    """
    return (
        arguments.model == "xgboost"
        and not arguments.columns.entities
        and not arguments.columns.report_time
        and not arguments.backtest
        and matrix_bytes(find_files(data_path)) > STREAMED_FROM_BYTES
    )


def _train(
    group: Group,
    data_path: Path,
    directory: Path,
    arguments: Arguments,
    *,
    checkpoints_dir: Path | None,
    threads: int,
    tell: Callable[[str], None],
) -> Judgement:
    inventory = take_inventory(group, data_path, arguments.columns)
    agreement = agree(group, inventory, arguments.columns)
    tell(
        f"{len(inventory.files)} of {len(inventory.everywhere)} files are here; all "
        f"have {agreement.rows:,} rows"
    )
    for note in agreement.notes:
        tell(f"  {note}")
    spool = write_spool(group, directory, inventory, agreement)
    arguments = replace(arguments, columns=agreement.columns)
    check_amount(spool.template(), arguments)
    membership = assign(group, spool, arguments.split)
    tell(
        f"read {spool.rows:,} rows; of all, {membership.rows(*TRAIN):,} are learnt "
        f"from and {membership.rows(TEST):,} judged"
    )
    vocabulary = _vocabulary(group, spool, membership)
    learning = Learning(
        group,
        spool,
        membership,
        vocabulary,
        arguments,
        Checkpoints(checkpoints_dir, _fingerprint(group, spool, arguments)),
        threads,
        tell,
    )
    names = tuple(dict.fromkeys((arguments.model, BASELINE)))
    judgement = Judgement(group, spool, membership, vocabulary, arguments, tell)
    judgement.take_training_rows(learning.sample)
    if arguments.needs_folds:
        check_held_out(membership)
        for note in membership.notes:
            tell(f"  {note}")
        chosen_on = learning.fit(names, (FIT,), "model for the calibration")
        judgement.take_held_out(chosen_on)
        tell(f"predicted {membership.rows(HELD_OUT):,} held-out rows")
    judgement.choose(names)
    judgement.take_test(learning.fit(names, TRAIN, "model"))
    return judgement


def _vocabulary(group: Group, spool: Spool, membership: Membership) -> Vocabulary:
    """Learn the categories of the training part of all hosts."""
    counts = count_codes(spool.template())
    learnt = membership.is_in(*TRAIN)
    for start, stop in spool.ranges():
        part = spool.data(start, stop).take(np.flatnonzero(learnt[start:stop]))
        for position, some in count_codes(part).items():
            counts[position] = counts[position] + some
    counts = {place: group.total(of_value) for place, of_value in counts.items()}
    return vocabulary_of(spool.template().inputs, counts, membership.rows(*TRAIN))


def _fingerprint(group: Group, spool: Spool, arguments: Arguments) -> str:
    return fingerprint_of(
        data=spool.sha256,
        hosts=len(group.hosts),
        columns=asdict(arguments.columns),
        split=asdict(arguments.split),
        options=asdict(arguments.options),
    )
