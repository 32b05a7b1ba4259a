"""Builds, which moto only records: here each runs, in a thread of its own.

A build reads its sources from S3, builds images and puts them into ECR. An image in
moto's ECR is its manifest alone; what runs behind an endpoint is what the option
`--image` says.
"""

import datetime as dt
import io
import json
import shutil
import tempfile
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from moto.codebuild.models import CodeBuild, CodeBuildBackend
from moto.codebuild.responses import CodeBuildResponse
from moto.core.responses import ActionResult

from local_aws import server_state
from local_aws.codebuild import docker
from local_aws.codebuild.buildspec import Build, BuildError, Login, Push, read
from local_aws.logs import LogStream

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


def add_to_moto() -> None:
    """Let builds run, and be described as they are.

    Symptom: every build succeeded, whatever its project and sources were, and pushed
    nothing.
    """
    response: Any = CodeBuildResponse
    backend: Any = CodeBuildBackend
    response.start_build = _start_build(CodeBuildResponse.start_build)
    backend.batch_get_builds = _batch_get_builds


def _start_build(recorded: Any) -> Any:  # noqa: ANN401
    def start_build(self: CodeBuildResponse) -> ActionResult:
        answer: ActionResult = recorded(self)
        build: dict[str, Any] = answer.result["build"]  # type: ignore[index]
        project = self.codebuild_backend.codebuild_projects[build["projectName"]]
        overrides = self._get_param("environmentVariablesOverride") or []
        _Run(self.current_account, self.region, project, build).start(overrides)
        return answer

    return start_build


def _batch_get_builds(self: CodeBuildBackend, ids: list[str]) -> list[dict[str, Any]]:
    recorded = [one for some in self.build_metadata_history.values() for one in some]
    return [build for build in recorded if build["id"] in ids]


class _Run:
    """One build; what it is described by changes while it runs."""

    def __init__(
        self, account: str, region: str, project: CodeBuild, build: dict[str, Any]
    ) -> None:
        self._project: dict[str, Any] = project.project_metadata
        self._build = build
        self._clients = server_state.current().clients(region)
        group = (
            self._project.get("logsConfig", {})
            .get("cloudWatchLogs", {})
            .get("groupName", f"/aws/codebuild/{self._project['name']}")
        )
        stream = build["id"].rpartition(":")[2]
        self._log = LogStream(account, region, group, stream)
        build["logs"] = {"groupName": group, "streamName": stream}
        build["source"] = self._project["source"]
        build["environment"] = self._project["environment"]
        self._images: dict[str, str] = {}

    def start(self, overrides: list[Mapping[str, str]]) -> None:
        threading.Thread(target=self._run, args=(overrides,), daemon=True).start()

    def _run(self, overrides: list[Mapping[str, str]]) -> None:
        given = [*self._project["environment"].get("environmentVariables", ())]
        variables = {one["name"]: one["value"] for one in (*given, *overrides)}
        sources = Path(tempfile.mkdtemp(dir=server_state.current().directory))
        phase, failure = "DOWNLOAD_SOURCE", ""
        try:
            self._download(sources)
            phase = "BUILD"
            steps, _ = read(self._project["source"]["buildspec"], variables)
            for step in steps:
                self._step(step, sources)
        except (BuildError, ClientError, zipfile.BadZipFile) as error:
            failure = str(error)
            self._log.write(failure)
        finally:
            shutil.rmtree(sources, ignore_errors=True)
        self._log.close()
        self._finish(phase, failure)

    def _download(self, sources: Path) -> None:
        bucket, _, key = self._project["source"]["location"].partition("/")
        version = self._build["sourceVersion"]
        asked = {} if version.startswith("refs/") else {"VersionId": version}
        body = self._clients.client("s3").get_object(Bucket=bucket, Key=key, **asked)
        with zipfile.ZipFile(io.BytesIO(body["Body"].read())) as archive:
            archive.extractall(sources)

    def _step(self, step: Login | Build | Push, sources: Path) -> None:
        match step:
            case Login():
                self._log.write("Login Succeeded")
            case Build():
                self._log.write(" ".join(step.words))
                self._images[step.tag] = docker.image_id(step, sources, self._log.write)
            case Push():
                self._push(step.tag)

    def _push(self, reference: str) -> None:
        if reference not in self._images:
            raise BuildError(f"docker push: there is no image {reference}")
        repository, _, tag = reference.partition("/")[2].partition(":")
        manifest = {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": {"digest": self._images[reference]},
            "layers": [],
        }
        self._clients.client("ecr").put_image(
            repositoryName=repository,
            imageTag=tag,
            imageManifest=json.dumps(manifest),
            imageManifestMediaType=MANIFEST,
        )
        self._log.write(f"{reference}: pushed")

    def _finish(self, phase: str, failure: str) -> None:
        status = "FAILED" if failure else "SUCCEEDED"
        now = dt.datetime.now(dt.UTC).isoformat()
        self._build["phases"] = [
            {"phaseType": "SUBMITTED", "phaseStatus": "SUCCEEDED"},
            {
                "phaseType": phase,
                "phaseStatus": status,
                "contexts": [{"message": failure}] if failure else [],
            },
        ]
        self._build |= {
            "currentPhase": "COMPLETED",
            "buildStatus": status,
            "endTime": now,
            "buildComplete": True,
        }
