"""Copied files and entry point of a Dockerfile, without Docker."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest
from local_aws.containers import dockerfile, project
from local_aws.containers.dockerfile import DockerfileError, is_ignored, stage

from tests.unit.serving.image_files import copied_files

ENTRY_POINT = 'ENTRYPOINT ["python", "-m", "server"]\n'


def write(context: Path, text: str, ignore: str, *files: str) -> Path:
    for name in files:
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_text(name)
    path = context / "Dockerfile"
    path.write_text(text)
    (context / "Dockerfile.dockerignore").write_text(ignore)
    return path


def below(directory: Path) -> set[str]:
    return {
        path.relative_to(directory).as_posix()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_folders_and_files_are_copied_where_it_says(tmp_path: Path) -> None:
    context, program = tmp_path / "context", tmp_path / "program"
    text = (
        "FROM base AS build\n"
        "COPY server/ app/\n"
        "COPY notes.txt other/notes.txt\n"
        "COPY --from=build /opt/venv /opt/venv\n" + ENTRY_POINT
    )
    files = ("server/a.py", "server/deep/b.py", "notes.txt", "secret.txt")
    arguments = stage(write(context, text, "", *files), context, program)

    assert below(program) == {"app/a.py", "app/deep/b.py", "other/notes.txt"}
    assert (program / "app/a.py").read_text() == "server/a.py"
    assert arguments == ["python", "-m", "server"]


@pytest.mark.parametrize(
    ("path", "ignored"),
    [
        ("README.md", True),
        ("server/a.py", False),
        ("server/a.txt", True),
        ("server/client_x.py", True),
        ("server/deep/a.py", True),
        ("kept/deep/a.txt", False),
    ],
)
def test_the_last_rule_that_matches_decides(path: str, *, ignored: bool) -> None:
    rules = ["*", "!kept", "!server", "server/*", "!server/*.py", "server/client*.py"]
    assert is_ignored(PurePosixPath(path), rules) is ignored


def test_ignored_files_stay_out(tmp_path: Path) -> None:
    context, program = tmp_path / "context", tmp_path / "program"
    path = write(
        context,
        "COPY server/ server/\n" + ENTRY_POINT,
        "# comment\n\n*\n!server\nserver/*\n!server/*.py\n",
        *("server/a.py", "server/key.pem", "server/__pycache__/a.pyc"),
    )
    stage(path, context, program)
    assert below(program) == {"server/a.py"}


@pytest.mark.parametrize(
    "text", ["FROM base\n", ENTRY_POINT, "COPY a a\nENTRYPOINT python -m a\n"]
)
def test_what_needs_docker_is_refused(tmp_path: Path, text: str) -> None:
    path = write(tmp_path / "context", text, "", "a")
    with pytest.raises(DockerfileError, match=r"COPY instructions and an ENTRYPOINT"):
        stage(path, tmp_path / "context", tmp_path / "program")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DockerfileError, match=r"Dockerfile: expected it in"):
        dockerfile.stage(tmp_path / "Dockerfile", tmp_path, tmp_path / "program")


def test_the_projects_image_gets_the_files_that_its_own_tests_expect(
    tmp_path: Path,
) -> None:
    arguments = stage(project.DOCKERFILE, project.CONTEXT, tmp_path)
    assert below(tmp_path) == {path.as_posix() for path in copied_files()}
    assert arguments == ["python", "-m", "serving"]
