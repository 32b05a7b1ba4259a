"""Names that people chose, written so that Markdown cannot take them for its own."""

import re
import unicodedata


def code_span(text: str) -> str:
    """Return the text as a code span, in which nothing is markup.

    Its fence is longer than any run of backticks inside. Line ends and other control
    and format characters are replaced, since a block may not end within.
    https://spec.commonmark.org/0.31.2/#code-spans
    """
    shown = "".join(
        "\N{REPLACEMENT CHARACTER}"
        if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        else character
        for character in text
    )
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    # One space at both ends is taken off again, unless there is nothing else.
    padding = " " if shown.strip() != shown or "`" in shown else ""
    return f"{fence}{padding}{shown}{padding}{fence}" if shown.strip() else "(blank)"
