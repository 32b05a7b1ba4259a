import pytest

from training.columns import Columns
from training.command_line import build_parser, chosen_options, to_arguments
from training.errors import TrainingError
from training.models.estimators import RECIPES, VOTES
from training.options import MODEL_NAMES


def test_only_what_was_asked_for_goes_to_the_job() -> None:
    assert chosen_options([]) == {}
    assert chosen_options(["--threshold=0.3", "--logistic-c", "0.01"]) == {
        "threshold": "0.3",
        "logistic-c": "0.01",
    }


def test_chosen_options_parse_back_to_the_same_arguments() -> None:
    options = ["--test-size", "0.3", "--drop-columns", "a,b", "--random-state", "7"]
    options += ["--backtest", "--model", "vote", "--threshold-policy", "cost"]
    options += ["--missing-values=-1,9999999,0.1,unknown"]
    again = [f"--{name}={value}" for name, value in chosen_options(options).items()]
    first, second = (
        to_arguments(build_parser().parse_args(given)) for given in (options, again)
    )
    assert first == second
    assert first.columns == Columns(
        drop=("a", "b"),
        missing_values=(-1.0, 9_999_999.0, 0.1),
        missing_words=("unknown",),
    )


def test_the_options_offer_every_model() -> None:
    assert {*RECIPES, *VOTES} == set(MODEL_NAMES)


def test_no_option_has_one_letter_only() -> None:
    # AWS's training toolkit would pass it as "-c".
    for action in build_parser(help_too=False)._actions:
        assert all(len(option.lstrip("-")) > 1 for option in action.option_strings)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--unknown", "1"], "unrecognized arguments: --unknown"),
        (["--model", "oracle"], "invalid choice: 'oracle'"),
        (["--threshold", "1.5"], "at least 0 and at most 1, got '1.5'"),
        (["--threshold", "nan"], "got 'nan'"),
        (["--test-size", "0"], "greater than 0 and less than 1, got '0'"),
        (["--test-size", "1"], "less than 1"),
        (["--logistic-c", "-1"], "greater than 0, got '-1'"),
        (["--logistic-c", "inf"], "got 'inf'"),
        (["--random-state", "x"], "whole number of at least 0, got 'x'"),
        (["--thresh", "0.5"], "unrecognized"),
        (["--trees", "0"], "whole number of at least 1, got '0'"),
        (["--random-state", "-1"], "expected one argument|whole number"),
        (["--backtest", "maybe"], "expected true or false, got 'maybe'"),
        (["--threshold-policy", "magic"], "invalid choice: 'magic'"),
    ],
)
def test_a_wrong_option_is_refused_with_what_was_expected(
    options: list[str], message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        chosen_options(options)


@pytest.mark.parametrize("split", ["stratified", "grouped"])
def test_a_label_delay_needs_a_split_by_time(split: str) -> None:
    options = ["--label-delay-hours", "6", "--split", split]
    with pytest.raises(TrainingError, match=f"needs --split time, got --split {split}"):
        to_arguments(build_parser().parse_args(options))


def test_expected_values_need_calibrated_probabilities() -> None:
    options = ["--threshold-policy", "expected-value", "--calibration"]
    with pytest.raises(TrainingError, match="use --calibration sigmoid, or another"):
        to_arguments(build_parser().parse_args([*options, "none"]))
    to_arguments(build_parser().parse_args([*options, "sigmoid"]))
