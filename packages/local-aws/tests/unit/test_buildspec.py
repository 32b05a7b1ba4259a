"""What local AWS makes of a build specification, and of a Dockerfile without Docker."""

import json
from pathlib import Path

import pytest
from local_aws.codebuild import docker
from local_aws.codebuild.buildspec import Build, BuildError, Login, Push, read

VARIABLES = {"REPOSITORY": "host/name", "TAG": "1"}


def spec(*commands: str, **variables: str) -> str:
    return json.dumps(
        {
            "version": 0.2,
            "env": {"variables": variables},
            "phases": {"build": {"commands": commands}},
        }
    )


def test_a_build_logs_in_builds_and_pushes() -> None:
    steps, seen = read(
        spec(
            "set -o pipefail",
            "aws ecr get-login-password | docker login --password-stdin $HOST",
            'docker build --file a/Dockerfile --tag "$REPOSITORY:$TAG" .',
            "docker push $REPOSITORY:${TAG}",
            DOCKER_BUILDKIT="1",
        ),
        VARIABLES,
    )
    login, build, push = steps
    assert login == Login()
    assert isinstance(build, Build)
    assert (build.dockerfile, build.context, build.tag) == (
        *("a/Dockerfile", "."),
        "host/name:1",
    )
    assert push == Push("host/name:1")
    assert seen == {**VARIABLES, "DOCKER_BUILDKIT": "1"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (spec("make image"), "make image: local AWS runs docker build"),
        (spec("docker push $MISSING"), "MISSING"),
        (spec("docker build ."), "--tag"),
        (spec("docker build 'unclosed"), "not understood"),
        ("- a list", "expected YAML with phases"),
        ("{", "expected YAML with phases"),
    ],
)
def test_what_is_not_understood_fails_the_build(text: str, reason: str) -> None:
    with pytest.raises(BuildError, match=reason):
        read(text, VARIABLES)


@pytest.fixture
def no_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))


def packed(sources: Path) -> str:
    build = Build(("docker", "build"), "Dockerfile", ".", "host/name:1")
    return docker.image_id(build, sources, lambda _: None)


@pytest.mark.usefixtures("no_engine")
def test_without_an_engine_the_id_is_that_of_what_the_ignore_file_lets_in(
    tmp_path: Path,
) -> None:
    files = {
        "Dockerfile": 'FROM scratch\nCOPY app/ app/\nENTRYPOINT ["python"]\n',
        "Dockerfile.dockerignore": "*\n!app\napp/notes\n",
        "app/serve.py": "1",
        "app/notes": "x",
    }
    (tmp_path / "app").mkdir()
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    first = packed(tmp_path)
    assert first.startswith("sha256:")
    (tmp_path / "app/notes").write_text("y")
    assert packed(tmp_path) == first
    (tmp_path / "app/serve.py").write_text("2")
    assert packed(tmp_path) != first


@pytest.mark.usefixtures("no_engine")
def test_without_a_dockerfile_the_build_fails(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match="Dockerfile"):
        packed(tmp_path)


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where a command `docker` that has an engine writes what it is called with."""
    written, program = tmp_path / "calls", tmp_path / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(
        f"""#!/bin/sh
printf '%s|' "$DOCKER_BUILDKIT" "$PWD" "$@" >> {written}
echo >> {written}
case "$1" in
  info) echo 28.2.2 ;;
  build) echo Step 1; test ! -e broken ;;
  image) echo sha256:5e5e ;;
esac
"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.delenv("DOCKER_BUILDKIT", raising=False)
    return written


WORDS = ("docker", "build", "--provenance=false", "--tag", "host/name:1", ".")


def test_with_an_engine_the_build_s_own_command_is_run(
    calls: Path, tmp_path: Path
) -> None:
    log: list[str] = []
    build = Build(WORDS, "Dockerfile", ".", "host/name:1")
    assert docker.image_id(build, tmp_path, log.append) == "sha256:5e5e"
    assert log == ["Step 1"]
    _, built, inspected = calls.read_text().splitlines()
    assert built == f"1|{tmp_path}|{'|'.join(WORDS[1:])}|"
    assert inspected.endswith("|image|inspect|--format|{{.Id}}|host/name:1|")


@pytest.mark.usefixtures("calls")
def test_an_engine_s_failure_is_the_build_s(tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    with pytest.raises(BuildError, match="docker build ended with status 1"):
        docker.image_id(
            Build(WORDS, "Dockerfile", ".", "host/name:1"), tmp_path, lambda _: None
        )
