"""Everything that can be chosen about training; the defaults were measured best."""

from dataclasses import dataclass, field, replace
from typing import Any, Literal, Self, get_args

from training.columns import Columns
from training.errors import TrainingError

Calibration = Literal["sigmoid", "none"]

#: From the cheapest to the dearest to serve, one transaction at a time.
MODEL_NAMES = (
    "logistic-regression",
    "neural-network",
    "gradient-boosting",
    "xgboost",
    "extra-trees",
    "vote",
)
#: Not a model: train all and take the best on out-of-fold predictions.
AUTO = "auto"


@dataclass(frozen=True)
class ModelOptions:
    """Hyperparameters of all models; each takes those that bear its name."""

    random_state: int = 42
    #: Inverse strength of the L2 penalty.
    logistic_c: float = 1.0
    boosting_iterations: int = 400
    boosting_learning_rate: float = 0.05
    boosting_leaves: int = 15
    boosting_l2: float = 10.0
    #: Share of the features that a split may choose from.
    boosting_max_features: float = 0.3
    xgboost_iterations: int = 600
    xgboost_learning_rate: float = 0.05
    xgboost_depth: int = 6
    #: Histogram bins a feature: rare frauds sit in tails that 256 bins blur.
    xgboost_bins: int = 4096
    #: Share of the features that a tree may choose from.
    xgboost_max_features: float = 0.5
    #: How many times a fraud counts.
    xgboost_positive_weight: float = 10.0
    trees: int = 100
    network_units: int = 64
    network_epochs: int = 30
    #: L2 penalty.
    network_alpha: float = 0.01


Protocol = Literal["stratified", "time", "grouped"]
PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)


@dataclass(frozen=True)
class SplitOptions:
    """How to divide the data.

    `stratified`: by chance, the same share of frauds on both sides.
    `grouped`: likewise, but rows with equal features stay on one side.
    `time`: learn from the past, be judged on the future.
    """

    protocol: Protocol = "stratified"
    test_size: float = 0.2
    random_state: int = 42
    #: `time` only: rows of this last stretch before the test part, or before what a
    #: fold predicts, are not learnt from: their labels would not be known yet.
    label_delay_hours: float = 0.0
    #: `time` only: the test part is the last so many days, instead of `test_size`.
    test_days: float | None = None


Policy = Literal[
    "fixed", "max-f1", "cost", "alerts-per-day", "precision", "expected-value"
]
POLICIES: tuple[Policy, ...] = get_args(Policy)


@dataclass(frozen=True)
class DecisionOptions:
    """The policy and its parameters; money is in the currency of the amounts."""

    policy: Policy = "fixed"
    threshold: float = 0.5
    review_cost: float = 2.0
    #: Lost with every missed fraud besides its amount: chargeback fee, card testing.
    fixed_loss_per_fraud: float = 0.0
    alerts_per_day: float = 100.0
    min_precision: float = 0.5

    def parameters(self) -> dict[str, Any]:
        """Return the parameters that the policy depends on."""
        names = {
            "fixed": ("threshold",),
            "max-f1": (),
            "cost": ("review_cost", "fixed_loss_per_fraud"),
            "alerts-per-day": ("alerts_per_day",),
            "precision": ("min_precision",),
            "expected-value": ("review_cost", "fixed_loss_per_fraud"),
        }[self.policy]
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True)
class Arguments:
    """Everything that decides what training does, besides the data."""

    columns: Columns = field(default_factory=Columns)
    model: str = MODEL_NAMES[0]
    options: ModelOptions = ModelOptions()
    split: SplitOptions = SplitOptions()
    calibration: Calibration = "sigmoid"
    decision: DecisionOptions = DecisionOptions()
    backtest: bool = False
    #: Whether the label delay is taken from the data's own times of reports.
    measures_delay: bool = False

    @property
    def has_histories(self) -> bool:
        """Whether the entities' histories become features.

        By time only: by chance, a row would be judged by a model that knows its
        future.
        """
        return bool(self.columns.entities) and self.split.protocol == "time"

    @property
    def about_histories(self) -> str:
        """What to say of entities whose histories are not computed; "" of none."""
        if not self.columns.entities or self.has_histories:
            return ""
        time = "" if self.columns.time != Columns.time else " --time-column NAME"
        return (
            "--entities makes histories only with --split time; none are computed: "
            f"add --split time{time}, or say --drop-columns instead of --entities"
        )

    @property
    def needs_folds(self) -> bool:
        """Whether anything is chosen that takes out-of-fold predictions."""
        return (
            self.calibration != "none"
            or bool(self.columns.categories)
            or self.model == AUTO
            or self.decision.policy not in ("fixed", "expected-value")
        )

    def with_delay(self, hours: float) -> Self:
        """Return the same with a label delay that was measured."""
        split = replace(self.split, label_delay_hours=hours)
        return replace(self, split=split, measures_delay=False)

    def check(self) -> None:
        """Refuse options that contradict each other.

        Raises
        ------
        TrainingError
            Naming both, and what to change.
        """
        if self.split.label_delay_hours and self.split.protocol != "time":
            raise TrainingError(
                f"--label-delay-hours {self.split.label_delay_hours:g} needs --split "
                f"time, got --split {self.split.protocol}; change the split, or leave "
                "the delay out."
            )
        if self.split.test_days is not None and self.split.protocol != "time":
            raise TrainingError(
                f"--test-days {self.split.test_days:g} needs --split time, got --split "
                f"{self.split.protocol}; change the split, or leave the days out."
            )
        if self.decision.policy == "expected-value" and self.calibration == "none":
            raise TrainingError(
                "--threshold-policy expected-value needs calibrated probabilities, got "
                "--calibration none; use --calibration sigmoid, or another policy."
            )
