"""Features from an entity's history: one definition, in two forms.

`asof` computes them for a whole table, as of each row; `state` for one transaction,
from the day buckets that a store keeps of an entity. Property tests and `replay` hold
the two together. Needs numpy only; no part of the serving image.
"""
