from pathlib import Path

from artifact import layout
from training.artifact_writer import PROJECT_DIR
from training.served_code import copy_served_code, served_files


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def test_what_the_entry_point_imports_is_carried_and_nothing_else(
    tmp_path: Path,
) -> None:
    write(
        tmp_path,
        {
            "serving/__init__.py": "",
            "serving/inference.py": "import json\nfrom serving.app import App\n",
            "serving/app.py": "import serving.schema\nfrom artifact import scorer\n",
            "serving/schema.py": "def late():\n    from serving import lazy\n",
            "serving/lazy.py": "",
            "serving/client.py": "import boto3\n",
            "artifact/__init__.py": "",
            "artifact/scorer.py": "import numpy\n",
            "artifact/unused.py": "",
        },
    )
    copy_served_code(tmp_path, tmp_path / "out")
    assert layout.list_files(tmp_path / "out") == [
        "code/artifact/__init__.py",
        "code/artifact/scorer.py",
        "code/inference.py",
        "code/serving/__init__.py",
        "code/serving/app.py",
        "code/serving/lazy.py",
        "code/serving/schema.py",
    ]


def test_the_project_itself_ships_its_server_and_not_its_client() -> None:
    names = {
        path.relative_to(PROJECT_DIR).as_posix() for path in served_files(PROJECT_DIR)
    }
    assert {"serving/inference.py", "serving/app.py", "artifact/scorer.py"} <= names
    assert "serving/client.py" not in names
