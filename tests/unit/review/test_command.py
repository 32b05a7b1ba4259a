"""`fraud review` beside what others have added, and in other regions."""

from pathlib import Path

import pytest

from cdk_app import settings
from cdk_app.settings import SettingsError
from review import command, documents
from review.assembly import ROOT, Assembly
from review.lint import lint

TEMPLATES = ROOT / "docs" / "templates"


def test_an_environment_without_templates_yet_leaves_the_others_documents(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [*settings.environment_names(), "qa"]
    monkeypatch.setattr("review.documents.environment_names", lambda: names)
    monkeypatch.setattr("review.cost.document.environment_names", lambda: names)
    (tmp_path / "templates").symlink_to(TEMPLATES)
    (tmp_path / "cost.md").write_text((ROOT / "docs" / "cost.md").read_text())

    made = documents.documents(tmp_path)

    assert made[tmp_path / "iam.md"] == (ROOT / "docs" / "iam.md").read_text()
    assert "qa" not in made[tmp_path / "iam.md"]


def test_a_mistake_in_one_environments_file_leaves_the_review_of_the_others(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    reviewed = []

    def review(name: str, *, check: bool) -> bool:
        assert check
        if name == "dev":
            raise SettingsError("dev.toml: hosting: expected a value, got none.")
        reviewed.append(name)
        return True

    monkeypatch.setattr(command, "_review", review)
    assert command.main(["--check"]) == command.MISUSED
    assert reviewed == ["prod", "staging"]
    said = capsys.readouterr().err
    assert said == "error: dev.toml: hosting: expected a value, got none.\n"


@pytest.mark.parametrize(
    ("region", "rules"), [("us-east-1", []), ("eu-north-1", ["E3006"])]
)
def test_templates_are_linted_for_the_region(region: str, rules: list[str]) -> None:
    """eu-north-1 has no `AWS::Budgets::Budget`."""
    text = (TEMPLATES / "dev" / "fraud-dev-budget.template.json").read_text()
    assembly = Assembly("dev", {}, {"fraud-dev-budget": text}, (), ())
    found = lint(assembly, region)
    assert [item.rule for item in found] == rules


def test_every_document_that_a_review_changes_is_returned_to_be_said(
    tmp_path: Path,
) -> None:
    (tmp_path / "templates").symlink_to(TEMPLATES)
    (tmp_path / "cost.md").write_text((ROOT / "docs" / "cost.md").read_text())
    changed = documents.write(tmp_path)
    assert tmp_path / "iam.md" in changed
    assert tmp_path / "cost.md" not in changed
    assert documents.write(tmp_path) == []
