"""How many rows repeat the features of others, over all hosts."""

import numpy as np

from training.data.hashing import DUPLICATES, mixed, shares
from training.distributed.group import Group
from training.distributed.membership import TEST, TRAIN, Membership
from training.distributed.spool import Spool

_MOST_ROWS = 2_000_000


def count_duplicates(
    group: Group, spool: Spool, membership: Membership
) -> tuple[int, int]:
    """Return rows that repeat an earlier one, and test rows that repeat a learnt one.

    Equal rows have equal hashes, so that of many rows a share of all hashes is looked
    at, whole groups of equal rows each, and the counts are scaled.
    """
    rows = group.count(spool.rows)
    share = min(1.0, _MOST_ROWS / max(rows, 1))
    hashes, codes = [], []
    for start, stop in spool.ranges():
        some = spool.hashes(start, stop)
        looked_at = shares(mixed(some, 0, DUPLICATES)) < share
        hashes.append(some[looked_at])
        codes.append(membership.codes[start:stop][looked_at])
    own = (
        np.concatenate([np.zeros(0, np.uint64), *hashes]),
        np.concatenate([np.zeros(0, np.int8), *codes]),
    )
    of_hosts = group.gather(own)
    every_hash = np.concatenate([hashes for hashes, _ in of_hosts])
    every_code = np.concatenate([codes for _, codes in of_hosts])
    repeated = len(every_hash) - len(np.unique(every_hash))
    learnt = every_hash[np.isin(every_code, TRAIN)]
    of_test = np.isin(every_hash[every_code == TEST], learnt).sum()
    return round(repeated / share), round(of_test / share)
