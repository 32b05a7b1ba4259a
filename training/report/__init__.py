"""``report.html`` and ``model_card.md``: what a run found, for people to look at."""
