import pytest

from training.arguments import as_hyperparameters, build_parser, to_arguments
from training.dataset import Columns
from training.errors import TrainingError


def test_only_what_was_asked_for_becomes_a_hyperparameter() -> None:
    assert as_hyperparameters([]) == {}
    assert as_hyperparameters(["--threshold=0.3", "--logistic-c", "0.01"]) == {
        "threshold": "0.3",
        "logistic-c": "0.01",
    }


def test_hyperparameters_parse_back_to_the_same_arguments() -> None:
    options = ["--test-size", "0.3", "--drop-columns", "a,b", "--random-state", "7"]
    again = [
        text
        for name, value in as_hyperparameters(options).items()
        for text in (f"--{name}", value)
    ]
    first, second = (
        to_arguments(build_parser().parse_args(given)) for given in (options, again)
    )
    assert first == second
    assert first.columns == Columns(drop=("a", "b"))


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
        (["--random-state", "x"], "invalid int value"),
        (["--thresh", "0.5"], "unrecognized"),
    ],
)
def test_a_wrong_option_is_refused_with_what_was_expected(
    options: list[str], message: str
) -> None:
    with pytest.raises(TrainingError, match=message):
        as_hyperparameters(options)
