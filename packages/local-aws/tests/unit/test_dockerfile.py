"""Copied files and entry point of a Dockerfile, without Docker."""

from pathlib import Path, PurePosixPath

import pytest
from local_aws.containers.container import (
    ContainerDirectory,
    LaunchError,
    ServingLaunch,
    TrainingLaunch,
)
from local_aws.containers.dockerfile import (
    DockerfileImage,
    ImageOptionError,
    is_ignored,
    stage,
)

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
    with pytest.raises(LaunchError, match=r"COPY instructions and an ENTRYPOINT"):
        stage(path, tmp_path / "context", tmp_path / "program")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(LaunchError, match=r"Dockerfile: expected it in"):
        stage(tmp_path / "Dockerfile", tmp_path, tmp_path / "program")


def test_an_ignore_file_of_the_whole_context_counts_too(tmp_path: Path) -> None:
    context, program = tmp_path / "context", tmp_path / "program"
    path = write(context, "COPY . .\n" + ENTRY_POINT, "", "a.py", "key.pem")
    (context / "Dockerfile.dockerignore").rename(context / ".dockerignore")
    (context / ".dockerignore").write_text("*.pem\nDockerfile\n.dockerignore\n")
    stage(path, context, program)
    assert below(program) == {"a.py"}


DOCKERFILE = """FROM base
# a comment ENTRYPOINT ["no"]
COPY server/ server/
ENV PATH=/opt/venv/bin:$PATH \\
    # in between
    MODELS=/opt/ml/model TITLE="two words"
WORKDIR /opt/program
ENTRYPOINT ["python3", "-m", "server"]
"""


def launch(tmp_path: Path, **variables: str) -> ServingLaunch:
    container = ContainerDirectory.create(tmp_path, "x")
    environment = container.environment("http://localhost:1", "us-east-1", variables)
    return ServingLaunch(container, environment, 8123, lambda *_: None)


def test_it_serves_as_docker_run_does_with_the_image_s_variables(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "context", DOCKERFILE, "", "server/a.py")
    image = DockerfileImage.parse(
        f"mine={path.parent},dockerfile=Dockerfile,arguments=--workers 1"
    )

    started = launch(tmp_path, TITLE="of the model")
    command = image.serve(started)

    assert list(command.arguments[1:]) == ["-m", "server", "serve", "--workers", "1"]
    assert command.environment["SAGEMAKER_BIND_TO_PORT"] == "8123"
    assert command.environment["MODELS"] == str(started.container.ml / "model")
    assert command.environment["TITLE"] == "of the model"
    assert "/opt/venv" not in command.environment["PATH"]
    assert command.directory.parts[-2:] == ("opt", "program")
    assert below(command.directory) == {"server/a.py"}


def test_it_trains_as_docker_run_does(tmp_path: Path) -> None:
    write(tmp_path / "context", DOCKERFILE, "", "server/a.py")
    image = DockerfileImage.parse(f"mine={tmp_path / 'context'}")
    served = launch(tmp_path)

    command = image.train(
        TrainingLaunch(served.container, served.environment, {}, served.fetch_archive)
    )

    assert list(command.arguments[1:]) == ["-m", "server", "train"]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("mine", "expected REPOSITORY=DIRECTORY"),
        ("=dir", "expected REPOSITORY=DIRECTORY"),
        ("mine=dir,colour=red", "expected REPOSITORY=DIRECTORY"),
        ("mine=dir", "expected a Dockerfile at"),
    ],
)
def test_an_option_that_says_nothing_is_refused(option: str, message: str) -> None:
    with pytest.raises(ImageOptionError, match=message):
        DockerfileImage.parse(option)
