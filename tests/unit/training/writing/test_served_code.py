from pathlib import Path

from artifact import layout
from training.writing.artifact import PROJECT_DIR
from training.writing.served_code import copy_served_code, served_files


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_both_packages_are_carried_but_not_the_server(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "serving/__init__.py": "",
            "serving/__main__.py": "",
            "serving/inference.py": "",
            "serving/formats/schema.py": "",
            "serving/server/supervisor.py": "",
            "operations/client.py": "",
            "artifact/scoring/scorer.py": "",
        },
    )
    copy_served_code(tmp_path, tmp_path / "out")
    assert layout.list_files(tmp_path / "out") == [
        "code/artifact/scoring/scorer.py",
        "code/inference.py",
        "code/serving/__init__.py",
        "code/serving/formats/schema.py",
    ]


def test_the_project_itself_ships_its_server_and_not_its_client() -> None:
    names = {
        path.relative_to(PROJECT_DIR).as_posix() for path in served_files(PROJECT_DIR)
    }
    assert {
        "serving/inference.py",
        "serving/wsgi.py",
        "artifact/scoring/scorer.py",
    } <= names
    assert not [name for name in names if "server" in name]
