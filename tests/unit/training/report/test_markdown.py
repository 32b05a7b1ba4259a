"""Names in the model card stay names."""

import re

from hypothesis import example, given
from hypothesis import strategies as st

from training.report.model_card import code_span


@given(st.text())
@example("`")
@example("a`b``c")
@example("` | <b> ![](x) \n# heading")
@example("\u202e\x1b[31m")
def test_a_name_stays_within_its_code_span(name: str) -> None:
    span = code_span(name)
    if span == "(blank)":
        return
    fence = re.match("`+", span)
    assert fence is not None
    inside = span[len(fence[0]) : -len(fence[0])]
    assert span.endswith(fence[0])
    # No run of backticks inside closes the span.
    assert fence[0] not in re.findall("`+", inside)
    assert not inside.startswith("`")
    assert not inside.endswith("`")
    assert len(span.splitlines()) == 1
    assert span.isprintable() or not name.isprintable()
