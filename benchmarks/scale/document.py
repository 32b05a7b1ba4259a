"""``docs/scale.md``."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.scale.picture import draw
from benchmarks.scale.plan import REGION, TREES, Costs, Plan, costs_of, plan
from benchmarks.scale.running import Run
from cdk_app.prices import load

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "scale.md"
PICTURE = ROOT / "docs" / "pictures" / "scale.svg"
ROWS = (10_000_000, 100_000_000, 1_000_000_000, 10_000_000_000)
_PATHS = {
    ROWS[0]: "one instance; rows are streamed from its disk",
    ROWS[1]: "`--instances`, every row",
    ROWS[2]: "`--instances`, every row; or a sample as below, to a tenth of it",
    ROWS[3]: "first a sample by Athena, Glue or EMR; every row is possible",
}


def write_document(runs: Sequence[Run]) -> None:
    """Write the document and its picture of all measurements."""
    costs = costs_of(runs)
    plans = [plan(rows, costs) for rows in ROWS]
    PICTURE.write_text(draw(plans), encoding="utf-8")
    DOCUMENT.write_text(_document(runs, costs, plans), encoding="utf-8")
    print(f"Wrote {DOCUMENT.relative_to(ROOT)} and {PICTURE.relative_to(ROOT)}")


def _measured(runs: Sequence[Run]) -> str:
    lines = [
        "| rows | hosts | trees | CPU (s) | µs a row | peak MB a host | wall (s) |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {run.rows:,} | {run.hosts} | {run.trees} | {run.cpu_seconds:,.0f} "
        f"| {1e6 * run.cpu_seconds / run.rows:.1f} | {run.peak_mb:,.0f} "
        f"| {run.seconds:,.0f} |"
        for run in runs
    ]
    return "\n".join(lines)


def _peaks(runs: Sequence[Run]) -> str:
    """Say what the most rows took on one host, and on several."""
    alone = max((run for run in runs if run.hosts == 1), key=lambda run: run.rows)
    most = max(runs, key=lambda run: run.rows)
    return (
        f"One machine streams {alone.rows:,} rows in {alone.peak_mb:,.0f} MB, and\n"
        f"{most.hosts} hosts {most.rows:,} rows in at most {most.peak_mb:,.0f} MB each."
    )


def _planned(plans: Sequence[Plan]) -> str:
    lines = [
        "| rows | path | instances | hours | USD | GB a host | disk, GB a host |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [
        f"| {one.rows:,} | {_PATHS[one.rows]} | {one.instances} x {one.instance_type} "
        f"| {one.hours:.1f} | {one.usd:,.2f} | {one.peak_mb / 1000:.1f} "
        f"| {one.disk_gb:,.0f} |"
        for one in plans
    ]
    return "\n".join(lines)


def _document(runs: Sequence[Run], costs: Costs, plans: Sequence[Plan]) -> str:
    cells_mb = 30 * 2 * 2 * 0.8
    return f"""\
# Data beyond one machine

Written by `python -m benchmarks.scale --document`. Where data outgrow a machine, one
command trains one model over several instances, each of which reads its share of the
files:

```bash
fraud launch --env prod --data s3://bucket/datasets/2026/ --model xgboost --instances 4
```

The artifact is the same, and so is everything after it.

![USD of one training job, by rows](pictures/scale.svg)

## Which path for how many rows

30 features, {TREES} trees, calibration; prices of {load().updated} in {REGION}.

{_planned(plans)}

These are extrapolated on straight lines from the measurements below: CPU time of
{costs.read_us:.1f} µs a row to read, encode and judge it, and {costs.tree_us:.3f} µs
a tree and row that is learnt from (`python -m benchmarks.scale.trees`; two fits, one on
four fifths of the training part and one on all of it); memory of {costs.base_mb:,.0f}
MB and {costs.mb_per_million:.0f} MB for each million rows of a host, of which three
quarters of an instance's are used. Hours are CPU time
over all vCPUs: the download from S3 (minutes for hundreds of gigabytes a host), waiting
for one another, and a vCPU that is not a core of the measuring machine come on top.
Nothing beyond 30 million rows was run. The account's quota of instances for training
jobs has to allow the count, and `[training]` in the settings has type, volume and the
longest run.

## What was measured

`python -m benchmarks.scale --data creditcard.parquet --rows N --hosts H --trees T`:
rows drawn from the credit-card set with a little noise, in 16 Parquet files of float64;
4,096 bins; no calibration. All hosts share two cores with other work, so that wall time
says little and CPU time what it took. Peak memory is the largest of the hosts', imports
included. The 30,000,000 rows were run before the linear model took its steps over all
rows, which add CPU time and no peak.

{_measured(runs)}

{_peaks(runs)}
The peak is in growing the trees. XGBoost keeps each cell that is learnt from twice, in
two bytes with more than 256 bins: {cells_mb:.0f} of the {costs.mb_per_million:.0f} MB
that a million rows of 30 features take, four fifths of which are learnt from. With
`--xgboost-bins 256` it is one byte each time, half of that (not measured).

`python -m benchmarks.scale.instances --data creditcard.parquet` trains on the complete
credit-card set in 16 files by `fraud launch` on local AWS, on one instance and on two,
deploys the model of two with the CDK, asks the endpoint and destroys everything.
Average precision is the same on both, by time (0.807701) and by chance (0.885039).

## When to prepare the data first

- **Fewer files than instances, or files of very different size**: `launch` refuses
  them. Write parts of 100 MB and more (`UNLOAD` in Athena, `repartition` in Glue or
  EMR).
- **More than about a billion rows**: frauds are the information. All frauds and every
  tenth legitimate row, with a column `SampleWeight` of 1 and 10, give the same
  probabilities at a tenth of the cost: `SELECT *, IF(Class = 1, 1, 10) AS SampleWeight
  FROM t WHERE Class = 1 OR rand() < 0.1` in Athena.
- **Histories of entities** (`--entities`) need every row of an entity in one place.
  `launch --instances` refuses them: compute such features beforehand.
- **Text columns with millions of values** are keys, never features.

## How it works, and what it costs in quality

- The hosts agree on each column's kind, on categories, gaps and parts before the
  first tree: two hosts write the encodings that one writes
  (`tests/unit/training/distributed`).
- The test part is that of one machine up to 2 million rows; beyond, rows are divided by
  the global time, or by a hash of their number that gives each class its share.
- Calibration and threshold are chosen on a held-out fifth of the training part (by
  time: its last fifth) that a model of the rest predicts. Folds, as on one machine,
  would take five times the work.
- Up to 300,000 rows of a part are judged whole. Of larger parts the hosts merge
  histograms of the scores by class, exactly, in 131,072 bins that are at most 7.6e-5 of
  probability wide, and judge rows that stand for these bins: average precision,
  ROC-AUC, thresholds and what they were chosen for are within 1e-4 of those of all rows
  (`test_sampling.py`). What slices, days and money add comes of those rows; all frauds
  are among them, up to 150,000.
- Intervals are by a Poisson bootstrap whose draws a row's content decides: no division
  into files and hosts changes them (`test_resampling.py`).
- `--model logistic-regression` and the baseline begin with a fit to 300,000 rows and
  take Newton's steps over all rows, by summed gradients and Hessians: the optimum over
  all rows (`test_linear.py`), for three more passes over a host's disk. Medians that
  stand for gaps are those of the 300,000.
- Several hosts grow the trees of one, bit for bit: each feature's bins are agreed on
  before the first tree, and gradients are rounded so that their sums are exact in any
  order (`test_boosting.py`). The bins are at quantiles of the training part; of more
  than 300,000 rows, at those of a sample, where one machine that holds the rows in
  memory takes all of them.
- No rows are sampled for a tree, so that a job that goes on after a spot interruption
  writes the same model.
- A host that dies is named in the failure reason, and the others end. One that
  vanishes without a word is noticed within a minute.
- On one machine, `--model xgboost` streams as well once the cells take more than 1 GB.
"""
