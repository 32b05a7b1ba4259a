"""Whose requests are answered: programs', and no web page's."""

import pytest
from local_aws.guard import refusal


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:4566", "my.bucket.localhost:4566", "127.0.0.1", "[::1]:1"],
)
def test_programs_of_this_machine_are_answered(host: str) -> None:
    assert refusal({"HTTP_HOST": host}, ()) is None


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "evil.example:4566",
        "evillocalhost",
        "127.0.0.1.evil.example",
        "169.254.169.254",
        "0.0.0.0:4566",
        "localhost:4566:80",
    ],
)
def test_a_name_that_others_may_point_here_is_not(host: str) -> None:
    reason = refusal({"HTTP_HOST": host}, ())
    assert reason is not None
    assert "--allow-host" in reason


def test_a_host_is_added_by_its_name() -> None:
    environ = {"HTTP_HOST": "Gateway.internal:4566"}
    assert refusal(environ, ["gateway.internal"]) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ORIGIN": "http://evil.example"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": ""},
        # A development server of one's own is another site's page too.
        {"HTTP_ORIGIN": "http://localhost:3000"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
    ],
)
def test_what_a_web_page_sends_is_refused(headers: dict[str, str]) -> None:
    reason = refusal({"HTTP_HOST": "localhost:4566", **headers}, ())
    assert reason is not None
    assert "web pages" in reason


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ORIGIN": "http://localhost:4566", "HTTP_SEC_FETCH_SITE": "same-origin"},
        {"HTTP_SEC_FETCH_SITE": "none"},
    ],
)
def test_what_its_own_pages_or_the_address_bar_sends_is_answered(
    headers: dict[str, str],
) -> None:
    assert refusal({"HTTP_HOST": "localhost:4566", **headers}, ()) is None
