"""Train one model on several hosts, each of which reads its share of the files.

The hosts agree on what the columns are, keep their rows on disk in batches, and grow
trees together by XGBoost's collective communication. What is judged and written comes
to the first host as a part of the rows that fits into memory, and goes through the same
code as data in memory do.
"""
