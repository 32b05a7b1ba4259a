"""The page and the picture are what templates and prices make them."""

from pathlib import Path

import pytest

from review.cost import document

DOCS = Path(__file__).parents[4] / "docs"


@pytest.mark.parametrize("name", [document.PAGE, document.PICTURE])
def test_the_stored_document_is_up_to_date(name: str) -> None:
    made = document.documents(DOCS)[DOCS / name]
    stored = (DOCS / name).read_text(encoding="utf-8")
    assert stored == made, "run 'make review' and commit what it writes"


def test_what_is_written_by_hand_stays(tmp_path: Path) -> None:
    (tmp_path / "templates").symlink_to(DOCS / "templates")
    page = tmp_path / "cost.md"
    page.write_text(f"Before.\n{document.BEGIN}\nold\n{document.END}\nAfter.\n")
    made = document.documents(tmp_path)[page]
    assert made.startswith("Before.\n")
    assert made.endswith("\nAfter.\n")
    assert "old" not in made
    assert "USD a month" in made
