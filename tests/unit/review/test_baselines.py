import subprocess
from pathlib import Path

from review import baselines
from review.assembly import Assembly


def assembly(**text: str) -> Assembly:
    return Assembly("dev", {name: {} for name in text}, text, (), ())


def test_what_was_written_is_up_to_date(tmp_path: Path) -> None:
    made = assembly(storage="{}", serving='{"Resources": {}}')
    assert baselines.stale(made, tmp_path) == ["serving", "storage"]
    baselines.write(made, tmp_path)
    assert baselines.stale(made, tmp_path) == []


def test_any_other_byte_is_stale(tmp_path: Path) -> None:
    baselines.write(assembly(storage="{}"), tmp_path)
    assert baselines.stale(assembly(storage="{ }"), tmp_path) == ["storage"]


def test_stack_that_is_gone_is_stale_until_its_template_is_removed(
    tmp_path: Path,
) -> None:
    baselines.write(assembly(storage="{}", serving="{}"), tmp_path)
    assert baselines.stale(assembly(storage="{}"), tmp_path) == ["serving"]
    baselines.write(assembly(storage="{}"), tmp_path)
    assert sorted(path.name for path in (tmp_path / "dev").iterdir()) == [
        "storage.template.json"
    ]


def test_last_version_is_that_of_the_last_commit(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        subprocess.run(
            ["git", "-c", "user.name=a", "-c", "user.email=a@b", *arguments],
            cwd=tmp_path,
            check=True,
            capture_output=True,
        )

    git("init")
    baselines.write(assembly(storage='{"Version": 1}'), tmp_path)
    git("add", ".")
    git("commit", "-m", "first")
    new = assembly(storage='{"Version": 2}')
    baselines.write(new, tmp_path)
    assert baselines.last_version(new, tmp_path) == {"storage": {"Version": 1}}


def test_last_version_without_git_is_what_is_stored(tmp_path: Path) -> None:
    baselines.write(assembly(storage='{"Version": 1}'), tmp_path)
    assert baselines.last_version(assembly(storage="{}"), tmp_path) == {
        "storage": {"Version": 1}
    }
