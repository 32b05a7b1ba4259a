"""One training run: split, predict out of fold, choose, fit, calibrate, judge.

Everything that is chosen (model, calibration, decision rule) is chosen on
out-of-fold predictions of the training part. The test part is read once, by the
evaluation at the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sklearn.ensemble import StackingClassifier
from sklearn.pipeline import Pipeline

from artifact.decision import DecisionRule, ThresholdRule
from training.data.counts import Counts
from training.data.dataset import Dataset, Floats
from training.data.folds import Fold, make_folds
from training.data.split import Split
from training.errors import TrainingError
from training.judging.alternatives import alternatives, other_rules
from training.judging.evaluation import (
    Evaluation,
    Population,
    evaluate,
    judge,
    outcomes_of,
)
from training.judging.metrics import Sums, add_up
from training.judging.sweep import sweep
from training.judging.thresholds import choose_rule
from training.models.calibration import calibrate, fit_calibrator, with_calibration
from training.models.estimators import CANDIDATES, VOTES, members
from training.models.fitting import (
    Model,
    OutOfFold,
    assemble,
    fit_all,
    predict_out_of_fold,
    vote_out_of_fold,
)
from training.models.long_categories import LongCategories, compare_without
from training.models.selection import CrossValidation, choose_champion, cross_validate
from training.options import AUTO, Arguments, DecisionOptions
from training.preparation import Prepared, Tell

BASELINE = "logistic-regression"


@dataclass(frozen=True)
class Trained:
    """A fitted model with its decision rule, and how both fare on the test part."""

    name: str
    classifier: Model | StackingClassifier
    calibrated: bool
    rule: DecisionRule
    #: Over several hosts with weights of this model's own.
    test: Dataset
    #: Fraud probabilities of the test part, of shape (n_test_rows,).
    test_probabilities: Floats
    evaluation: Evaluation
    #: Policy that was not asked for → what it would do on the test part.
    alternatives: Mapping[str, dict[str, Any]]


@dataclass(frozen=True)
class Experiment:
    """All that a run has found out."""

    parts: Split
    population: Population
    champion: Trained
    #: The same object when the champion is the baseline.
    baseline: Trained
    cross_validation: Mapping[str, CrossValidation]
    counts: Counts
    #: What looked wrong with the data, and what to do, a sentence each.
    warnings: tuple[str, ...] = ()
    #: What --categories changed; None where it names none, or nothing was chosen.
    long_categories: LongCategories | None = None
    #: In words: what calibration and decision rule were chosen on.
    chosen_on: str = "out-of-fold predictions of the training part"


def run(prepared: Prepared, arguments: Arguments, tell: Tell) -> Experiment:
    """Train and judge as the arguments say, telling of each step."""
    parts, population = prepared.parts, prepared.population
    names = CANDIDATES if arguments.model == AUTO else (arguments.model, BASELINE)
    folds = _folds(parts, arguments, tell) if arguments.needs_folds else []
    predicted = _predict(names, parts, folds, arguments, tell) if folds else {}
    scores = {
        name: cross_validate(parts.train, predicted[name])
        for name in names
        if name in predicted
    }
    champion = choose_champion(scores) if arguments.model == AUTO else arguments.model
    if arguments.model == AUTO:
        tell(f"chose {champion} by out-of-fold average precision")
    long_categories = (
        compare_without(
            champion,
            predicted[champion],
            parts.train,
            folds,
            options=arguments.options,
            tell=tell,
        )
        if champion in predicted
        else None
    )
    finalists = sorted({champion, BASELINE})
    fitted = fit_all(_singles(finalists), parts.train, arguments.options)
    tell(f"fitted {' and '.join(finalists)} to all of the training part")
    trained = {
        name: finish(
            name,
            assemble(name, fitted),
            choose(
                parts.train,
                predicted.get(name),
                population=population,
                arguments=arguments,
            ),
            test=parts.test,
            population=population,
            arguments=arguments,
        )
        for name in finalists
    }
    tell(f"evaluated on {parts.test.rows:,} rows")
    return Experiment(
        parts,
        population,
        trained[champion],
        trained[BASELINE],
        scores,
        prepared.counts,
        prepared.warnings,
        long_categories,
    )


def _folds(parts: Split, arguments: Arguments, tell: Tell) -> list[Fold]:
    """Make the folds, without the label delay where the training part is too short.

    Seven days to learn from and seven of delay leave nothing before any fold.
    """
    seed, delay = arguments.split.random_state, arguments.split.label_delay_hours
    if delay:
        try:
            return make_folds(parts.train, parts.protocol, seed, delay)
        except TrainingError:
            tell(
                f"  look: a label delay of {delay:g} hours leaves no rows before the "
                "folds of the training part; they are made without it, and what is "
                "chosen on them knows labels that would have come later"
            )
    return make_folds(parts.train, parts.protocol, seed)


def _predict(
    names: tuple[str, ...],
    parts: Split,
    folds: Sequence[Fold],
    arguments: Arguments,
    tell: Tell,
) -> dict[str, OutOfFold]:
    predicted = predict_out_of_fold(
        _singles(names), parts.train, folds, arguments.options, tell
    )
    for name in names:
        if name in VOTES:
            predicted[name] = vote_out_of_fold(name, predicted)
    return predicted


def _singles(names: tuple[str, ...] | list[str]) -> list[str]:
    """Return the models to fit for these names, each once."""
    return sorted({member for name in names for member in members(name)})


@dataclass(frozen=True)
class Chosen:
    """What is chosen for a model before the test part is looked at."""

    #: None without calibration.
    calibrator: Pipeline | None
    rule: DecisionRule
    #: Policy that was not asked for → its rule.
    others: Mapping[str, ThresholdRule]

    def probabilities(self, scores: Floats) -> Floats:
        """Return those of a model's scores, of shape (n_rows,)."""
        if self.calibrator is None or not len(scores):
            return scores
        return calibrate(self.calibrator, scores)

    def sums(
        self,
        data: Dataset,
        probabilities: Floats,
        decision: DecisionOptions,
        population: Population,
    ) -> dict[str, Sums]:
        """Add up what every rule does to these rows, by policy."""
        rules = {decision.policy: self.rule, **self.others}
        return {
            policy: add_up(
                judge(
                    data, probabilities, rule, options=decision, population=population
                ),
                data.row_weights,
            )
            for policy, rule in rules.items()
        }


def choose(
    train: Dataset,
    out_of_fold: OutOfFold | None,
    *,
    population: Population,
    arguments: Arguments,
) -> Chosen:
    """Choose calibration and rules on predictions of the training part."""
    decision = arguments.decision
    calibrator = totals = None
    if out_of_fold is not None:
        probabilities = out_of_fold.probabilities
        if arguments.calibration != "none":
            calibrator = fit_calibrator(train, out_of_fold)
            probabilities = calibrate(calibrator, probabilities)
        seen = train.take(out_of_fold.rows)
        totals = sweep(outcomes_of(seen, decision), probabilities)
    rule = choose_rule(
        decision,
        totals,
        transactions_per_day=population.transactions_per_day,
        amount=train.columns.amount,
        amount_form=train.amount_form,
    )
    return Chosen(calibrator, rule, other_rules(train, totals, decision, population))


def finish(
    name: str,
    model: Model,
    chosen: Chosen,
    *,
    test: Dataset,
    population: Population,
    arguments: Arguments,
    sums: Mapping[str, Sums] | None = None,
) -> Trained:
    """Look at the test part.

    `sums` are those of the rules by policy where these rows are a sample of others.
    """
    decision = arguments.decision
    classifier: Model | StackingClassifier = (
        model
        if chosen.calibrator is None
        else with_calibration(model, chosen.calibrator)
    )
    probabilities = classifier.predict_proba(test.features)[:, 1]
    everywhere = sums or chosen.sums(test, probabilities, decision, population)
    return Trained(
        name=name,
        classifier=classifier,
        calibrated=chosen.calibrator is not None,
        rule=chosen.rule,
        test=test,
        test_probabilities=probabilities,
        evaluation=evaluate(
            test,
            probabilities,
            chosen.rule,
            options=decision,
            population=population,
            random_state=arguments.split.random_state,
            sums=sums[decision.policy] if sums else None,
        ),
        alternatives=alternatives(chosen.others, everywhere, test, decision),
    )
