"""What is judged comes to the first host, and is judged as data in memory are.

Of many rows a sample comes; what the decisions do is added up over all rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.special import logit
from sklearn.pipeline import Pipeline

from artifact.manifest import TrainingData
from training.data.counts import Counts
from training.data.dataset import SECONDS_PER_DAY, Dataset, Floats
from training.data.split import Split
from training.data.vocabulary import Vocabulary
from training.distributed.collecting import Collected, collect
from training.distributed.duplicates import count_duplicates
from training.distributed.group import Group
from training.distributed.learning import chances_of, weights_of
from training.distributed.membership import HELD_OUT, TEST, TRAIN, Booleans, Membership
from training.distributed.sampling import sample_by_score
from training.distributed.spool import Spool
from training.experiment import BASELINE, Chosen, Experiment, choose, finish
from training.judging.evaluation import Population
from training.judging.guards import check_span, find_warnings
from training.judging.metrics import Sums
from training.models.fitting import OutOfFold
from training.models.selection import cross_validate
from training.options import Arguments
from training.report.wording import span_in_words

#: What calibration and decision rule are chosen on, in words.
CHOSEN_ON = "predictions of a held-out fifth of the training part"


@dataclass
class Judgement:
    """What all hosts gather step by step, and what the first makes of it."""

    group: Group
    spool: Spool
    membership: Membership
    vocabulary: Vocabulary
    arguments: Arguments
    tell: Callable[[str], None]
    counts: Counts = field(init=False)
    population: Population = field(init=False)
    #: In words: the time that the data cover.
    span: str = field(init=False)
    #: On the first host.
    warnings: tuple[str, ...] = field(init=False, default=())
    train: Collected | None = field(init=False, default=None)
    held_out: Collected | None = field(init=False, default=None)
    test: Collected | None = field(init=False, default=None)
    models: Mapping[str, Pipeline] = field(init=False, default_factory=dict)
    #: By model, on all hosts.
    chosen: Mapping[str, Chosen] = field(init=False, default_factory=dict)
    #: By model and policy, over all test rows of all hosts.
    sums: Mapping[str, Mapping[str, Sums]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.counts = self._count()
        self.population, self.span = self._describe()
        check_span(self.spool.template(), self.population)

    @property
    def facts(self) -> TrainingData:
        """The manifest's facts of the data."""
        return TrainingData(self.spool.sha256, self.counts.rows, self.counts.frauds)

    def take_training_rows(self, sample: Collected | None) -> None:
        """Keep what the features' quantiles are of, and say what looks wrong in it."""
        self.train = sample
        if sample is None:
            return
        train = self.vocabulary.apply(sample.data())
        nothing = self.vocabulary.apply(self.spool.template())
        parts = Split(train, nothing, self.arguments.split.protocol)
        self.warnings = tuple(find_warnings(train, parts, self.population, self.counts))
        for warning in self.warnings:
            self.tell(f"  look: {warning}")

    def take_held_out(self, models: Mapping[str, Pipeline]) -> None:
        """Predict the held-out rows, on which calibration and rule are chosen."""
        scores = self._predict(models, HELD_OUT)
        self.held_out = self._collect(scores, HELD_OUT)

    def choose(self, names: Sequence[str]) -> None:
        """Choose calibration and rules on the first host, for all."""
        chosen = None
        if self.group.is_first:
            chosen = {name: self._choose(place) for place, name in enumerate(names)}
        self.chosen = self.group.from_first(chosen)

    def take_test(self, models: Mapping[str, Pipeline]) -> None:
        """Predict the test rows by the final models, and add up what the rules do."""
        self.models = models
        scores = self._predict(models, TEST)
        self.sums = self._add_up(scores)
        self.test = self._collect(scores, TEST)

    def experiment(self) -> Experiment:
        """Judge on the first host."""
        if self.train is None or self.test is None:
            raise ValueError("only the first host judges")
        protocol = self.arguments.split.protocol
        train = self.vocabulary.apply(self.train.data())
        is_sample = self.test.stands_for is not None
        trained = {
            name: finish(
                name,
                model,
                self.chosen[name],
                test=self.vocabulary.apply(self.test.data(place)),
                population=self.population,
                arguments=self.arguments,
                sums=self.sums[name] if is_sample else None,
            )
            for place, (name, model) in enumerate(self.models.items())
        }
        scores = {
            name: cross_validate(*self._chosen_on(place))
            for place, name in enumerate(self.models)
            if self.held_out is not None
        }
        self.tell(f"evaluated on {self.counts.test_rows:,} rows")
        champion = trained[self.arguments.model]
        return Experiment(
            Split(train, champion.test, protocol),
            self.population,
            champion,
            trained[BASELINE],
            scores,
            self.counts,
            self.warnings,
            chosen_on=CHOSEN_ON,
        )

    def _chosen_on(self, place: int) -> tuple[Dataset, OutOfFold]:
        if self.held_out is None:
            raise ValueError("nothing was held out")
        data = self.vocabulary.apply(self.held_out.data(place))
        rows = np.arange(data.rows)
        return data, OutOfFold(rows, self.held_out.scores[:, place], 0 * rows)

    def _choose(self, place: int) -> Chosen:
        data, predicted = self.vocabulary.apply(self.spool.template()), None
        if self.held_out is not None:
            data, predicted = self._chosen_on(place)
        return choose(
            data, predicted, population=self.population, arguments=self.arguments
        )

    def _add_up(self, scores: Floats) -> dict[str, dict[str, Sums]]:
        """Add up what every rule does to all test rows of all hosts."""
        own: dict[tuple[str, str], Floats] = {}
        for data, part in self._test_batches(scores):
            for place, (name, chosen) in enumerate(self.chosen.items()):
                p = chosen.probabilities(part[:, place])
                sums = chosen.sums(data, p, self.arguments.decision, self.population)
                for policy, some in sums.items():
                    before = own.get((name, policy), np.zeros(len(some)))
                    own[name, policy] = before + some
        totals = self.group.total(np.stack(list(own.values())))
        sums_of: dict[str, dict[str, Sums]] = {name: {} for name in self.chosen}
        for (name, policy), values in zip(own, totals.tolist(), strict=True):
            sums_of[name][policy] = Sums(*values)
        return sums_of

    def _test_batches(self, scores: Floats) -> Iterator[tuple[Dataset, Floats]]:
        """Yield this host's test rows, at least once, though there be none."""
        inside, spool = self.membership.is_in(TEST), self.spool
        done = 0
        for start, stop in spool.ranges():
            rows = np.flatnonzero(inside[start:stop])
            if len(rows):
                data = spool.data(start, stop).take(rows)
                yield data, scores[done : done + len(rows)]
                done += len(rows)
        if not done:
            yield spool.template(), scores

    def _predict(self, models: Mapping[str, Pipeline], part: int) -> Floats:
        """Return this host's scores of a part, of shape (n_rows_inside, n_models)."""
        inside = self.membership.is_in(part)
        return np.concatenate(
            [
                np.zeros((0, len(models))),
                *(
                    self._scores(models, start, inside[start:stop])
                    for start, stop in self.spool.ranges()
                    if inside[start:stop].any()
                ),
            ]
        )

    def _collect(self, scores: Floats, part: int) -> Collected | None:
        inside = self.membership.is_in(part)
        spool = self.spool
        log_odds = [logit(of_model) for of_model in scores.T]
        sample = sample_by_score(
            self.group,
            log_odds,
            spool.labels[inside],
            weights_of(spool, inside),
            chances_of(spool, inside, self.arguments.split.random_state),
        )
        codes = self.membership.codes
        return collect(
            self.group, spool, inside, sample=sample, codes=codes, scores=scores
        )

    def _scores(
        self, models: Mapping[str, Pipeline], start: int, chosen: Booleans
    ) -> Floats:
        data = self.spool.data(start, start + len(chosen))
        data = self.vocabulary.apply(data.take(np.flatnonzero(chosen)))
        return np.column_stack(
            [model.predict_proba(data.features)[:, 1] for model in models.values()]
        )

    def _count(self) -> Counts:
        spool, membership = self.spool, self.membership
        sums = np.zeros(2)
        for start, stop in spool.ranges():
            weights = spool.data(start, stop).row_weights
            sums += (weights.sum(), weights @ spool.labels[start:stop])
        weighted_rows, weighted_frauds = self.group.total(sums).tolist()
        rows, frauds = membership.counts.sum(), membership.counts[:, 1].sum()
        repeated, repeated_test = count_duplicates(self.group, spool, membership)
        return Counts(
            rows=int(rows),
            frauds=int(frauds),
            has_weights=spool.has_weights,
            weighted_rows=weighted_rows,
            weighted_frauds=weighted_frauds,
            repeated_rows=repeated,
            train_rows=membership.rows(*TRAIN),
            train_frauds=membership.frauds(*TRAIN),
            test_rows=membership.rows(TEST),
            test_frauds=membership.frauds(TEST),
            repeated_test_rows=repeated_test,
        )

    def _describe(self) -> tuple[Population, str]:
        """Transactions a day, and the time covered, as of data in memory."""
        names, name = self.spool.feature_names, self.spool.columns.time
        if name not in names:
            return Population(None), span_in_words(None, None)
        times = self.spool.column(names.index(name))
        own = [times.max(), -times.min()] if len(times) else [-np.inf, -np.inf]
        latest, earliest = self.group.largest(np.array(own)).tolist()
        earliest = -earliest
        days = (latest - earliest) / SECONDS_PER_DAY
        per_day = self.counts.weighted_rows / days if days > 0 else None
        return Population(per_day, days), span_in_words(earliest, latest)
