"""Several hosts read a table as one machine does."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.unit.training.distributed.hosts_in_threads import on_hosts
from training.columns import Columns
from training.data.reading import read_dataset
from training.data.split import Split, split
from training.distributed.agreement import agree
from training.distributed.group import Group
from training.distributed.inventory import take_inventory
from training.distributed.membership import (
    GAP,
    TEST,
    TRAIN,
    Membership,
    assign,
    check_held_out,
)
from training.distributed.spool import Spool, write_spool
from training.errors import TrainingError
from training.options import PROTOCOLS, Protocol, SplitOptions


def spools(roots: list[Path], columns: Columns, directory: Path) -> list[Spool]:
    def work(group: Group) -> Spool:
        root = roots[group.hosts.rank]
        inventory = take_inventory(group, root, columns)
        agreement = agree(group, inventory, columns)
        folder = directory / f"rows-{group.hosts.rank}"
        folder.mkdir()
        return write_spool(group, folder, inventory, agreement)

    return on_hosts(len(roots), work)


def in_order(spools: list[Spool]) -> np.ndarray:
    """Rows of all hosts, as one machine has them."""
    rows = np.concatenate([one.features(0, one.rows) for one in spools])
    numbers = np.concatenate([one.numbers(0, one.rows) for one in spools])
    assert sorted(numbers) == list(range(len(rows)))
    return rows[np.argsort(numbers)]


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
@pytest.mark.parametrize("hosts", [2, 3])
def test_hosts_write_the_encodings_that_one_machine_writes(
    frame: pd.DataFrame,
    shard: Callable[..., list[Path]],
    tmp_path: Path,
    suffix: str,
    hosts: int,
) -> None:
    parts = [frame[:100], frame[100:350], frame[350:400], frame[400:]]
    whole, *roots = shard(parts, hosts, suffix)
    alone = read_dataset(whole, Columns())
    together = spools(roots, Columns(), tmp_path)
    for one in together:
        assert one.table == alone.table
        assert one.sha256 == alone.sha256
    np.testing.assert_array_equal(in_order(together), alone.features)


@pytest.mark.parametrize("hosts", [1, 2])
def test_keys_that_are_no_float64_are_read_as_on_one_machine(
    frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path, hosts: int
) -> None:
    random = np.random.default_rng(1)
    rows = len(frame)
    frame = frame.assign(
        signed=random.integers(2**60, 2**61, rows),
        unsigned=random.integers(2**63, 2**64, rows, dtype=np.uint64),
        negative=-random.integers(2**60, 2**61, rows),
        gaps_too=pd.array(random.integers(2**60, 2**61, rows), "Int64"),
        few=random.choice([2**60 + 1, 2**60 + 7, 5], rows),
        most=np.where(np.arange(rows) == 400, 2**63 - 1, np.arange(rows) % 5),
    )
    frame.loc[frame.index % 7 == 0, "gaps_too"] = pd.NA
    whole, *roots = shard([frame[:300], frame[300:]], hosts)
    alone = read_dataset(whole, Columns())
    together = spools(roots, Columns(), tmp_path)
    assert together[0].table == alone.table
    np.testing.assert_array_equal(in_order(together), alone.features)


def test_options_mean_the_same_on_several_hosts(
    frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path
) -> None:
    frame = frame.assign(
        merchant=[f"m{place % 70}" for place in range(len(frame))],
        amount_code=np.where(frame["Amount"] > 30, -1.0, frame["Amount"]),
        Class=frame["Class"].map({0: "fine", 1: "bad"}),
        SampleWeight=np.where(frame["Class"] == 1, 1.0, 20.0),
    )
    columns = Columns(
        categories=("merchant",), missing_values=(-1.0,), fraud_value="bad"
    )
    whole, *roots = shard([frame[:250], frame[250:]], 2)
    alone = read_dataset(whole, columns)
    together = spools(roots, columns, tmp_path)
    assert together[0].table == alone.table
    np.testing.assert_array_equal(in_order(together), alone.features)
    weights = np.concatenate([one.weights(0, one.rows) for one in together])
    np.testing.assert_array_equal(weights, alone.weights)


class TestCategories:
    """A category's values are those of all rows, whatever the sample shows."""

    @pytest.fixture(autouse=True)
    def _small_sample(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("training.distributed.agreement.SAMPLE_ROWS", 50)

    @pytest.mark.parametrize("columns", [Columns(), Columns(categories=("mcc",))])
    def test_numbers_in_one_part_and_text_in_another_are_one_category(
        self,
        frame: pd.DataFrame,
        shard: Callable[..., list[Path]],
        tmp_path: Path,
        columns: Columns,
    ) -> None:
        places = np.arange(len(frame)) % 7
        numbers = frame[:300].assign(mcc=(5400 + places)[:300])
        words = frame[300:].assign(
            mcc=np.where(places == 0, "unknown", (5400 + places).astype(str))[300:]
        )
        # The first host has both.
        whole, *roots = shard([numbers, words[:150], words[150:]], 2)
        alone = read_dataset(whole, columns)
        together = spools(roots, columns, tmp_path)
        assert together[0].table == alone.table
        np.testing.assert_array_equal(in_order(together), alone.features)

    def test_text_with_many_values_beyond_the_sample_is_an_entity(
        self, frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path
    ) -> None:
        rows = pd.concat([frame] * 4, ignore_index=True)
        shops = [f"s{place if place % 2 and place > 99 else 0}" for place in rows.index]
        rows = rows.assign(shop=shops)
        whole, *roots = shard([rows, rows[:50]], 2)
        kinds = [
            {column.name: column.kind for column in table}
            for table in (
                spools(roots, Columns(), tmp_path)[0].table,
                read_dataset(whole, Columns()).table,
            )
        ]
        assert kinds[0] == kinds[1]
        assert kinds[0]["shop"] == "entity"

    def test_a_long_named_category_keeps_its_most_frequent_values(
        self,
        frame: pd.DataFrame,
        shard: Callable[..., list[Path]],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr("training.distributed.profile.MOST_NAMED", 40)
        rare = [f"s{place}" if place % 2 else "usual" for place in frame.index]
        rows = frame.assign(shop=rare)
        columns = Columns(categories=("shop",))
        _, *roots = shard([rows[:300], rows[300:]], 2)
        table = spools(roots, columns, tmp_path)[0].table
        shop = next(column for column in table if column.name == "shop")
        assert shop.categories[0] == "usual"
        assert len(shop.categories) <= 40


def test_a_host_without_rows_and_one_without_fraud_are_no_fault(
    frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path
) -> None:
    honest = frame[frame["Class"] == 0]
    whole, *roots = shard([frame, frame[:0], honest], 3)
    together = spools(roots, Columns(), tmp_path)
    assert [one.rows for one in together] == [len(frame), 0, len(honest)]
    assert whole.is_dir()


def test_what_lies_beside_the_data_makes_no_data_host(
    frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path
) -> None:
    _, *roots = shard([frame], 2)
    (roots[1] / "_SUCCESS").touch()
    (roots[1] / "part-0.csv.metadata").write_text("Athena's")
    together = spools(roots, Columns(), tmp_path)
    assert [one.rows for one in together] == [len(frame), 0]


def test_one_file_on_two_hosts_is_refused(
    frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path
) -> None:
    whole, *_ = shard([frame], 1)
    with pytest.raises(TrainingError, match=r"part-00.parquet is on algo-1 and on alg"):
        spools([whole, whole], Columns(), tmp_path)


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_files_without_rows_are_refused_as_on_one_machine(
    frame: pd.DataFrame,
    shard: Callable[..., list[Path]],
    tmp_path: Path,
    suffix: str,
) -> None:
    _, *roots = shard([frame[:0], frame[:0]], 2, suffix)
    with pytest.raises(TrainingError, match=r"part-00.* has a header and no rows"):
        spools(roots, Columns(), tmp_path)


def test_other_columns_on_one_host_are_named_with_the_host(
    frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path
) -> None:
    _, *roots = shard([frame, frame.drop(columns="gaps")], 2)
    with pytest.raises(TrainingError, match=r"algo-2 .* differ in column 'gaps'"):
        spools(roots, Columns(), tmp_path)


def test_a_word_among_numbers_is_named_with_file_and_line(
    frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path
) -> None:
    late = frame.copy().astype({"Amount": object})
    late.loc[7, "Amount"] = "secret"
    _, *roots = shard([frame, late], 2, "csv")
    with pytest.raises(TrainingError, match=r"line 9") as caught:
        spools(roots, Columns(), tmp_path)
    assert "secret" not in str(caught.value)


def test_no_fraud_anywhere_is_refused(
    frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path
) -> None:
    honest = frame[frame["Class"] == 0]
    _, *roots = shard([honest[:200], honest[200:]], 2)
    with pytest.raises(TrainingError, match="no row of value 1"):
        spools(roots, Columns(), tmp_path)


def memberships(spools: list[Spool], options: SplitOptions) -> list[Membership]:
    return on_hosts(
        len(spools), lambda group: assign(group, spools[group.hosts.rank], options)
    )


def parts_of_one(whole: Path, options: SplitOptions) -> Split:
    return split(read_dataset(whole, Columns()), options)


class TestParts:
    def test_a_delay_longer_than_what_is_learnt_from_spares_the_held_out_part(
        self, frame: pd.DataFrame, shard: Callable[..., list[Path]], tmp_path: Path
    ) -> None:
        """32 days before the test part, 16 of delay: 13 before the held-out ones."""
        options = SplitOptions("time", label_delay_hours=16 * 24)
        _, *roots = shard([frame[:250], frame[250:]], 2)
        found, _ = memberships(spools(roots, Columns(), tmp_path), options)
        check_held_out(found)
        assert found.rows(GAP) == 0
        assert any("delay of 384 hours" in note for note in found.notes)

    @pytest.mark.parametrize("protocol", PROTOCOLS)
    @pytest.mark.parametrize("delay", [0.0, 48.0])
    def test_the_test_part_is_that_of_one_machine(
        self,
        frame: pd.DataFrame,
        shard: Callable[..., list[Path]],
        tmp_path: Path,
        protocol: Protocol,
        delay: float,
    ) -> None:
        delay = delay if protocol == "time" else 0.0
        options = SplitOptions(protocol, label_delay_hours=delay)
        whole, *roots = shard([frame[:250], frame[250:300], frame[300:]], 2)
        together = spools(roots, Columns(), tmp_path)
        alone = parts_of_one(whole, options)
        found = memberships(together, options)
        assert found[0].rows(TEST) == alone.test.rows
        assert found[0].frauds(*TRAIN) == alone.train.frauds
        for parts, data in (((TEST,), alone.test), (TRAIN, alone.train)):
            amounts = [
                one.features(0, one.rows)[member.is_in(*parts), 1]
                for one, member in zip(together, found, strict=True)
            ]
            wanted = np.sort(data.features[:, 1])
            np.testing.assert_array_equal(np.sort(np.concatenate(amounts)), wanted)

    @pytest.mark.parametrize("protocol", PROTOCOLS)
    def test_of_many_rows_each_part_has_its_share_on_any_number_of_hosts(
        self,
        frame: pd.DataFrame,
        shard: Callable[..., list[Path]],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        protocol: Protocol,
    ) -> None:
        monkeypatch.setattr("training.distributed.membership.EXACT_ROWS", 0)
        options = SplitOptions(protocol)
        _, *roots = shard([frame[:250], frame[250:300], frame[300:]], 3)
        together = spools(roots, Columns(), tmp_path)
        found = memberships(together, options)
        assert found[0].rows(TEST) == pytest.approx(0.2 * len(frame), rel=0.25)
        if protocol == "stratified":
            assert found[0].rows(TEST) == 0.2 * len(frame)
        if protocol == "time":
            times = [one.column(0) for one in together]
            latest_learnt = max(
                t[m.is_in(*TRAIN)].max()
                for t, m in zip(times, found, strict=True)
                if m.is_in(*TRAIN).any()
            )
            first_judged = min(
                t[m.is_in(TEST)].min()
                for t, m in zip(times, found, strict=True)
                if m.is_in(TEST).any()
            )
            assert latest_learnt < first_judged

        (tmp_path / "again").mkdir()
        one = spools([tmp_path / "all"], Columns(), tmp_path / "again")
        (of_one,) = memberships(one, options)
        np.testing.assert_array_equal(of_one.counts, found[0].counts)
