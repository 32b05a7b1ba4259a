"""``image = "project"``: a repository, a parameter, and a role that may pull."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack

from cdk_app import settings
from cdk_app.constructs.container_images import IMAGE_URI_PATTERN
from cdk_app.constructs.serving_repository import (
    IMAGES_KEPT,
    UNTAGGED_IMAGES_KEPT,
    ServingImageRepository,
)
from cdk_app.image_build import BUILD_ARGUMENTS
from review.deployer import deployment_policy
from tests.infrastructure.references import affected_by
from tests.infrastructure.synthesized import Synthesized

REPOSITORY = "AWS::ECR::Repository"
BUILD = "AWS::CodeBuild::Project"
MODEL = "AWS::SageMaker::Model"
DIGEST = "a" * 64
REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


def without_key(tmp_path: Path, *, retain: bool) -> dict[str, Any]:
    """Return the repository of an environment without a key of its own."""
    app = App(outdir=str(tmp_path), builtin_cloud_formation_validation=False)
    stack = Stack(app, "stack")
    ServingImageRepository(stack, "Image", key_arn=None, retain=retain)
    app.synth()
    template = json.loads((tmp_path / "stack.template.json").read_text())
    (repository,) = (
        resource
        for resource in template["Resources"].values()
        if resource["Type"] == REPOSITORY
    )
    assert isinstance(repository, dict)
    return repository


def test_repository_is_scanned_and_its_tags_stay(project_image: Synthesized) -> None:
    repository = project_image.the("training", REPOSITORY)
    assert repository["ImageScanningConfiguration"] == {"ScanOnPush": True}
    assert repository["ImageTagMutability"] == "IMMUTABLE"
    assert "RepositoryName" not in repository


def test_few_untagged_images_are_kept_and_not_every_tagged_one(
    project_image: Synthesized,
) -> None:
    policy = project_image.the("training", REPOSITORY)["LifecyclePolicy"]
    rules = json.loads(policy["LifecyclePolicyText"])["rules"]
    kept = {
        rule["selection"]["tagStatus"]: rule["selection"]["countNumber"]
        for rule in sorted(rules, key=lambda rule: rule["rulePriority"])
        if rule["selection"]["countType"] == "imageCountMoreThan"
    }
    assert list(kept.items()) == [
        ("untagged", UNTAGGED_IMAGES_KEPT),
        ("any", IMAGES_KEPT),
    ]
    assert {rule["action"]["type"] for rule in rules} == {"expire"}


def statements(synthesized: Synthesized, unit: str) -> list[dict[str, Any]]:
    policies = synthesized.resources(unit, "AWS::IAM::ManagedPolicy").values()
    return [
        statement
        for policy in policies
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_the_build_alone_may_push(project_image: Synthesized) -> None:
    pushing = {
        unit: [item for item in statements(project_image, unit) if pushes(item)]
        for unit in ("storage", "training", "serving", "observability")
    }
    (push,) = pushing.pop("training")
    assert not any(pushing.values())
    (repository,) = project_image.resources("training", REPOSITORY)
    assert push["Resource"] == {"Fn::GetAtt": [repository, "Arn"]}
    (policy,) = (
        name
        for name, resource in project_image.resources(
            "training", "AWS::IAM::ManagedPolicy"
        ).items()
        if any(map(pushes, resource["Properties"]["PolicyDocument"]["Statement"]))
    )
    roles = project_image.resources("training", "AWS::IAM::Role").values()
    (role,) = (
        item["Properties"]
        for item in roles
        if {"Ref": policy} in item["Properties"]["ManagedPolicyArns"]
    )
    assert "codebuild.amazonaws.com" in json.dumps(role["AssumeRolePolicyDocument"])


def pushes(statement: dict[str, Any]) -> bool:
    return "ecr:PutImage" in statement["Action"]


def test_a_build_reads_one_object_and_writes_one_log(
    project_image: Synthesized,
) -> None:
    project = project_image.the("training", BUILD)
    assert project["Source"]["Type"] == "S3"
    assert json.dumps(project["Source"]["Location"]).endswith(
        '"/serving-image/sources.zip"]]}'
    )
    assert project["Artifacts"] == {"Type": "NO_ARTIFACTS"}
    (log_group,) = project_image.resources("training", "AWS::Logs::LogGroup")
    written = project["LogsConfig"]["CloudWatchLogs"]
    assert written == {"Status": "ENABLED", "GroupName": {"Ref": log_group}}


def test_a_build_makes_what_sagemaker_takes(project_image: Synthesized) -> None:
    specification = json.loads(
        project_image.the("training", BUILD)["Source"]["BuildSpec"]
    )
    assert specification["env"]["variables"] == {"DOCKER_BUILDKIT": "1"}
    login, build, push = specification["phases"]["build"]["commands"][1:]
    assert "--password-stdin" in login
    assert " ".join(BUILD_ARGUMENTS) in build
    assert "oci-mediatypes=false" in build
    assert push == 'docker push "$REPOSITORY_URI:$IMAGE_TAG"'


def test_repository_is_encrypted_with_the_environments_key(
    project_image: Synthesized,
) -> None:
    encryption = project_image.the("training", REPOSITORY)["EncryptionConfiguration"]
    assert encryption["EncryptionType"] == "KMS"
    assert "EncryptionKey" in json.dumps(encryption["KmsKey"])


def test_ecr_encrypts_with_aes_256_by_itself_where_there_is_no_key(
    tmp_path: Path,
) -> None:
    repository = without_key(tmp_path, retain=False)
    assert "EncryptionConfiguration" not in repository["Properties"]


def test_repository_goes_with_its_images_where_storage_does(tmp_path: Path) -> None:
    repository = without_key(tmp_path, retain=False)
    assert repository["DeletionPolicy"] == "Delete"
    assert repository["Properties"]["EmptyOnDelete"] is True


def test_repository_is_retained_with_its_images_where_storage_is(
    tmp_path: Path,
) -> None:
    repository = without_key(tmp_path, retain=True)
    assert repository["DeletionPolicy"] == "Retain"
    assert not repository["Properties"].get("EmptyOnDelete")


def test_repository_is_an_output_to_push_to(project_image: Synthesized) -> None:
    (repository,) = project_image.resources("training", REPOSITORY)
    output = project_image.json("training")["Outputs"]["ServingImageRepositoryUri"]
    assert repository in json.dumps(output["Value"])
    assert "Export" not in output


def test_serving_role_pulls_from_that_repository_only(
    project_image: Synthesized,
) -> None:
    policy = project_image.the("serving", "AWS::IAM::ManagedPolicy")
    pulls = [
        item
        for item in policy["PolicyDocument"]["Statement"]
        if "ecr:BatchGetImage" in item["Action"]
    ]
    (repository,) = project_image.resources("training", REPOSITORY)
    exports = {
        output["Export"]["Name"]: output["Value"]
        for output in project_image.json("training")["Outputs"].values()
        if "Export" in output
    }
    (pull,) = pulls
    assert exports[pull["Resource"]["Fn::ImportValue"]] == {
        "Fn::GetAtt": [repository, "Arn"]
    }


def test_training_still_pulls_aws_image(project_image: Synthesized) -> None:
    assert "Mappings" in project_image.json("training")
    assert "ScikitLearnRegistries" not in project_image.json("serving").get(
        "Mappings", {}
    )


def test_container_is_the_parameters_image_and_told_nothing_of_aws(
    project_image: Synthesized,
) -> None:
    container = project_image.the("serving", MODEL)["PrimaryContainer"]
    assert container["Image"] == {"Ref": "ServingImageUri"}
    assert container["Environment"] == {
        "FRAUD_LOG_BEFORE_ANSWER": "true",
        "FRAUD_MANIFEST_SHA256": {"Ref": "ModelManifestSha256"},
        "LOG_LEVEL": "INFO",
    }


def test_a_new_image_changes_model_config_and_endpoint_alone(
    project_image: Synthesized,
) -> None:
    template = project_image.json("serving")
    affected = affected_by(template, "ServingImageUri")
    assert sorted(template["Resources"][name]["Type"] for name in affected) == [
        "AWS::SageMaker::Endpoint",
        "AWS::SageMaker::EndpointConfig",
        MODEL,
    ]


def test_parameter_has_no_default_and_its_refusal_names_it(
    project_image: Synthesized,
) -> None:
    parameter = project_image.json("serving")["Parameters"]["ServingImageUri"]
    assert "Default" not in parameter
    assert parameter["AllowedPattern"] == IMAGE_URI_PATTERN
    assert "ServingImageUri" in parameter["ConstraintDescription"]


@pytest.mark.parametrize(
    "uri",
    [
        f"{REGISTRY}/fraud-dev-training-servingimage-x1y2@sha256:{DIGEST}",
        f"{REGISTRY}/team/fraud_serving.v2@sha256:{DIGEST}",
    ],
)
def test_image_by_digest_is_accepted(uri: str) -> None:
    assert re.fullmatch(IMAGE_URI_PATTERN, uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        f"{REGISTRY}/fraud:latest",
        f"{REGISTRY}/fraud",
        f"{REGISTRY}/fraud:v1@sha256:{DIGEST}",
        f"{REGISTRY}/fraud@sha256:{DIGEST[:-1]}",
        f"{REGISTRY}/fraud@sha256:{DIGEST}0",
        f"{REGISTRY}/Fraud@sha256:{DIGEST}",
        f"{REGISTRY}/@sha256:{DIGEST}",
        f"docker.io/library/fraud@sha256:{DIGEST}",
        f"https://{REGISTRY}/fraud@sha256:{DIGEST}",
        f"{REGISTRY}/fraud@sha256:{DIGEST}\n",
    ],
)
def test_tags_and_other_registries_are_refused(uri: str) -> None:
    assert not re.fullmatch(IMAGE_URI_PATTERN, uri)


def test_deployer_may_make_repositories_of_the_project_only(
    project_image: Synthesized,
) -> None:
    document = deployment_policy({"training": project_image.json("training")})
    (ecr,) = (item for item in document["Statement"] if item["Sid"] == "Ecr")
    assert {"ecr:CreateRepository", "ecr:DeleteRepository"} <= set(ecr["Action"])
    assert ecr["Resource"] == "arn:aws:ecr:*:*:repository/fraud-*"
    (build,) = (item for item in document["Statement"] if item["Sid"] == "Codebuild")
    assert {"codebuild:CreateProject", "codebuild:DeleteProject"} <= set(
        build["Action"]
    )
    assert build["Resource"] == "arn:aws:codebuild:*:*:project/fraud-*"


def needed_by_serving(synthesized: Synthesized) -> set[str]:
    manifest = Path(synthesized.assembly.directory) / "manifest.json"
    stack = f"fraud-{synthesized.environment}-serving"
    artifacts = json.loads(manifest.read_text())["artifacts"]
    return set(artifacts[stack]["dependencies"])


def test_repository_is_there_before_the_endpoint(project_image: Synthesized) -> None:
    assert "fraud-projectimage-training" in needed_by_serving(project_image)


def test_aws_image_needs_no_parameter_and_no_training_stack(dev: Synthesized) -> None:
    assert "ServingImageUri" not in dev.json("serving")["Parameters"]
    assert "fraud-dev-training" not in needed_by_serving(dev)


@pytest.mark.parametrize("name", ["staging", "prod"])
def test_one_line_of_the_environments_file_goes_back_to_aws_image(
    name: str, environments: Mapping[str, Synthesized], tmp_path: Path
) -> None:
    """No export goes, since none may while the serving stack imports it."""
    shipped = environments[name]
    text = (settings.ENVIRONMENTS_DIRECTORY / f"{name}.toml").read_text()
    lines = text.splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("image = ")]
    assert len(kept) == len(lines) - 1
    (tmp_path / f"{name}.toml").write_text("".join(kept))
    back = Synthesized(settings.load(name, tmp_path), tmp_path / "out")

    assert "ServingImageUri" in shipped.json("serving")["Parameters"]
    assert "ServingImageUri" not in back.json("serving")["Parameters"]
    environment = back.the("serving", MODEL)["PrimaryContainer"]["Environment"]
    assert environment["SAGEMAKER_SERVING_MODULE"] == "inference:app"
    assert exports(shipped) <= exports(back)


def exports(synthesized: Synthesized) -> set[str]:
    return {
        output["Export"]["Name"]
        for unit in synthesized.units
        for output in synthesized.json(unit).get("Outputs", {}).values()
        if "Export" in output
    }
