"""The k-th smallest over hosts is the k-th smallest of all."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.training.distributed.hosts_in_threads import on_hosts
from training.distributed.order_statistics import keys_of, kth_smallest, value_of

numbers = st.lists(
    st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=40
)


@given(parts=st.lists(numbers, min_size=1, max_size=3), data=st.data())
def test_it_is_exact(parts: list[list[float]], data: st.DataObject) -> None:
    everything = sorted(value for part in parts for value in part)
    k = data.draw(st.integers(0, len(everything) - 1))
    keys = [keys_of(np.array(part)) for part in parts]
    found = on_hosts(
        len(parts),
        lambda group: kth_smallest(group, lambda: [keys[group.hosts.rank]], k),
    )
    assert {value_of(key) for key in found} == {everything[k]}
