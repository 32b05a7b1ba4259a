"""What a reviewer reads of an environment that must not be deployed."""

from dataclasses import replace

from cdk_app.settings import Settings, load
from review.markdown import Review, markdown, summary
from review.settings_findings import accepted_user, open_subscribers, to_decide


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
        maximum_usd=5.5,
        ceiling_usd=10.0,
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
    assert (
        "cost in eu-west-1: within the ceiling, 5.50 of 10.00 USD a month"
        in summary(review())
    )


def staging(email: str | None) -> Settings:
    shipped = load("staging")
    return shipped.model_copy(
        update={"alarms": shipped.alarms.model_copy(update={"email": email})}
    )


def test_staging_is_refused_until_somebody_says_who_reads_its_alarms() -> None:
    (finding,) = open_subscribers(staging(None))
    assert "alarms.email: expected an address, or 'none'" in finding.message
    assert open_subscribers(staging("none")) == []
    assert open_subscribers(staging("team@example.com")) == []


def test_nobody_is_listed_under_what_to_decide() -> None:
    (item,) = to_decide(staging("none"))
    listed = replace(review(), to_decide=(item,))
    assert "## To decide before production" in markdown(listed)
    assert f"to decide: {item}" in summary(listed)
    assert to_decide(staging("team@example.com")) == ()


def test_an_image_that_runs_as_root_is_accepted_for_a_reason() -> None:
    accepted = accepted_user(load("prod"))
    read = markdown(replace(review(), acceptances=accepted))
    assert "## Accepted findings (1)" in read
    assert "`serving/Dockerfile` | The image names no USER and runs as root" in read
    assert "your-algorithms-inference-code.html" in read
    assert accepted_user(load("dev")) == ()
