"""What ``fraud local`` hands to local AWS of this project."""

from pathlib import Path

import pytest
from local_aws.containers.container import ContainerDirectory, ServingLaunch
from local_aws.containers.dockerfile import DockerfileImage

from operations.local import DOCUMENT, OPTIONS, ROOT, main
from tests.unit.serving.image_files import copied_files


def test_an_image_of_any_repository_runs_what_serving_dockerfile_copies(
    tmp_path: Path,
) -> None:
    image = DockerfileImage.parse(OPTIONS[1])
    container = ContainerDirectory.create(tmp_path, "x")
    environment = container.environment("http://localhost:1", "us-east-1", {})
    launch = ServingLaunch(container, environment, 8080, lambda *_: None)

    command = image.serve(launch)

    copied = {
        path.relative_to(command.directory)
        for path in command.directory.rglob("*")
        if path.is_file()
    }
    assert copied == set(copied_files())
    assert list(command.arguments[1:4]) == ["-m", "serving", "serve"]
    assert "127.0.0.1" in command.arguments
    assert command.environment["FRAUD_MODEL_DIR"] == str(container.ml / "model")


def test_help_names_the_document_where_it_is(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert DOCUMENT in capsys.readouterr().out
    assert (ROOT / DOCUMENT).is_file()
