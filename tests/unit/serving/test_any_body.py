"""Whatever bytes come, the answer is a score or a refusal, never a fault."""

import io
import json

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from serving.invocation import Invocations
from serving.request import Request

GOOD = '{"Hour": 3, "V1": 0.25, "Amount": 12.5}'
ARRAY = io.BytesIO()
np.save(ARRAY, np.array([[3, 0.25, 12.5]]))
RIGHT = {
    "application/json": f"[{GOOD}, {GOOD}]".encode(),
    "application/jsonlines": f"{GOOD}\n{GOOD}".encode(),
    "text/csv": b"Hour,V1,Amount\n3,0.25,12.5\n4,1,2\n",
    "application/x-npy": ARRAY.getvalue(),
}


@st.composite
def requests(draw: st.DrawFn) -> Request:
    """Right bodies with some bytes replaced, and bytes of no meaning at all."""
    content_type = draw(st.sampled_from(sorted(RIGHT)))
    body = bytearray(draw(st.one_of(st.just(RIGHT[content_type]), st.binary())))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(body)))
        body[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return Request(bytes(body), content_type, draw(st.sampled_from(["", "text/csv"])))


@settings(max_examples=500, deadline=None)
@given(sent=requests())
def test_every_body_is_answered(invocations: Invocations, sent: Request) -> None:
    answer = invocations.answer(sent)
    assert answer.status in (200, 400)
    if answer.status == 400:
        error = json.loads(answer.body)["error"]
        assert set(error) == {"code", "row", "field", "expected", "got"}


@settings(deadline=None)
@given(
    content_type=st.text(max_size=30),
    accept=st.text(max_size=30),
    attributes=st.text(max_size=30),
)
def test_every_header_is_answered(
    invocations: Invocations, content_type: str, accept: str, attributes: str
) -> None:
    request = Request(GOOD.encode(), content_type, accept, attributes)
    assert invocations.answer(request).status in (200, 400, 406, 415)
