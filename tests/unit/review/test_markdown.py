"""What a reviewer reads of an environment that must not be deployed."""

from review.markdown import Review, markdown, summary


def review(*cost_problems: str) -> Review:
    return Review(
        environment="qa",
        region="eu-west-1",
        rule_packs=("AwsSolutions",),
        findings=(),
        acceptances=(),
        changes=(),
        statements=(),
        cost="the itemised month",
        cost_problems=cost_problems,
    )


def test_a_passed_ceiling_fails_the_review_and_is_said_in_both_texts() -> None:
    problem = "monthly_cost_ceiling_usd: expected at most 10.00 USD, got 12.00."
    failed = review(problem)
    assert not failed.passed
    assert "cost in eu-west-1: NOT PASSED" in summary(failed)
    assert problem in summary(failed)
    assert problem in markdown(failed)


def test_within_the_ceiling_it_passes() -> None:
    assert review().passed
    assert "cost in eu-west-1: within the ceiling" in summary(review())
