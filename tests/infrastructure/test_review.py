"""The reviewed templates, the accepted findings and the generated documents."""

import fnmatch
import json
from pathlib import Path

import cdk_nag
import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_s3 as s3

from cdk_app.constructs.findings import accept
from cdk_app.settings import Settings
from cdk_app.wildcards import WILDCARDS
from review import assembly, documents
from review.deployer import (
    OF_BOUNDARIES,
    OF_REPLICAS,
    OF_USERS,
    deployment_policy,
    service_of,
)
from review.permissions import open_wildcards, statements
from review.rule_packs import add_rule_packs
from review.schemas import deployment_actions
from tests.infrastructure.synthesized import ROOT, Synthesized


def test_reviewed_templates_are_what_synth_writes(environment: Synthesized) -> None:
    """Otherwise run ``make review`` and read what has changed."""
    stored = ROOT / "docs" / "templates" / environment.environment
    for unit in environment.units:
        synthesized = Path(environment.stack(unit).template_full_path)
        assert (stored / synthesized.name).read_text() == synthesized.read_text()
    assert len(list(stored.iterdir())) == len(environment.units)


def test_generated_documents_are_what_the_templates_say() -> None:
    assert documents.stale() == []


def test_no_wildcard_is_unaccounted_for(
    environment: Synthesized, everything: Synthesized
) -> None:
    for synthesized in (environment, everything):
        templates = {unit: synthesized.json(unit) for unit in synthesized.units}
        assert open_wildcards(templates) == []


def test_every_listed_reason_is_needed(
    dev: Synthesized, everything: Synthesized, project_image: Synthesized
) -> None:
    used = {
        item.sid
        for synthesized in (dev, everything, project_image)
        for item in statements(
            {unit: synthesized.json(unit) for unit in synthesized.units}
        )
        if any("*" in resource for resource in item.resources)
    }
    assert used == set(WILDCARDS)


def test_findings_are_accepted_on_single_resources_with_a_reason(
    environment: Synthesized,
) -> None:
    directory = Path(environment.assembly.directory)
    accepted = [
        (path, reason)
        for file in directory.glob("*.metadata.json")
        for path, entries in json.loads(file.read_text()).items()
        for entry in entries
        if entry["type"] == "aws:cdk:acknowledged-rules"
        for reason in entry["data"].values()
    ]
    assert accepted
    single = {
        path
        for file in directory.glob("*.metadata.json")
        for path, entries in json.loads(file.read_text()).items()
        if any(entry["type"] == "aws:cdk:logicalId" for entry in entries)
    }
    for path, reason in accepted:
        assert path in single, f"{path} is no single resource"
        assert len(reason.split()) >= 8, reason


def test_rule_packs_find_what_is_wrong_and_leave_what_is_accepted(
    tmp_path: Path,
) -> None:
    app = App(outdir=str(tmp_path), builtin_cloud_formation_validation=False)
    stack = Stack(app, "stack")
    s3.Bucket(stack, "Open")
    accept(s3.Bucket(stack, "Accepted"), "AwsSolutions-S1", "A reason.")
    add_rule_packs(app, ["AwsSolutions", "NIST.800.53.R5", "PCI.DSS.321"])
    with pytest.raises(RuntimeError):
        app.synth()

    found = assembly.read("dev", tmp_path)
    unlogged = [item for item in found.findings if item.rule == "AwsSolutions-S1"]
    assert [item.resource for item in unlogged] == ["stack/Open/Resource"]
    assert {item.check for item in found.findings} == {
        "AwsSolutions",
        "NIST.800.53.R5",
        "PCI.DSS.321",
    }
    assert found.acceptances == (
        assembly.Acceptance("AwsSolutions-S1", "stack/Accepted/Resource", "A reason."),
    )


def test_rule_packs_are_named_as_cdk_nag_names_them() -> None:
    app = App()
    for name, pack in (
        ("AwsSolutions", cdk_nag.AwsSolutionsChecks),
        ("NIST.800.53.R5", cdk_nag.NIST80053R5Checks),
        ("PCI.DSS.321", cdk_nag.PCIDSS321Checks),
    ):
        assert pack(app).name == name


@pytest.mark.parametrize("unit", documents.UNITS)
def test_deployer_may_do_what_the_templates_resources_need(
    unit: str, environment: Synthesized
) -> None:
    path = ROOT / "docs" / "policies" / f"deploy-{unit}.json"
    policy = json.loads(path.read_text())
    allowed = {action for item in policy["Statement"] for action in item["Action"]}
    for resource in environment.json(unit)["Resources"].values():
        own = {
            action
            for action in deployment_actions(resource["Type"])
            if action.startswith(f"{service_of(resource['Type'])}:")
        }
        assert own <= allowed | OF_USERS | OF_BOUNDARIES, resource["Type"]


#: Managed policies hold so many characters, white space not counted.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
LONGEST_POLICY = 6144


@pytest.mark.parametrize("unit", documents.UNITS)
def test_deployers_policies_fit_into_managed_policies(unit: str) -> None:
    path = ROOT / "docs" / "policies" / f"deploy-{unit}.json"
    text = json.dumps(json.loads(path.read_text()), separators=(",", ":"))
    assert len(text) <= LONGEST_POLICY


def test_every_option_can_be_deployed(
    everything: Synthesized,
    serverless: Synthesized,
    project_image: Synthesized,
    dev_history: Synthesized,
    prod_history: Synthesized,
) -> None:
    variations = (everything, serverless, project_image, dev_history, prod_history)
    for section in Settings.model_fields:
        assert any(getattr(one.settings, section) for one in variations), section
    for synthesized in variations:
        for unit in synthesized.units:
            template = synthesized.json(unit)
            policy = deployment_policy({unit: template})
            allowed = {one for item in policy["Statement"] for one in item["Action"]}
            for resource in template["Resources"].values():
                service = service_of(resource["Type"])
                own = {
                    action
                    for action in deployment_actions(resource["Type"])
                    if action.startswith(f"{service}:")
                }
                left_out = OF_USERS | OF_BOUNDARIES | OF_REPLICAS
                assert own <= allowed | left_out, resource["Type"]


def test_deployer_touches_the_history_key_and_no_other_secret(
    dev_history: Synthesized, prod_history: Synthesized
) -> None:
    """CloudFormation begins a secret's generated name with its logical id."""
    for synthesized, encrypts in ((dev_history, False), (prod_history, True)):
        template = synthesized.json("storage")
        statements = deployment_policy({"storage": template})["Statement"]
        allowed = {item["Sid"]: item for item in statements}
        (name,) = synthesized.resources("storage", "AWS::SecretsManager::Secret")
        pattern = allowed["Secretsmanager"]["Resource"].rpartition(":")[2]
        assert fnmatch.fnmatch(f"{name}-a1b2c3d4", pattern)
        assert allowed["Dynamodb"]["Resource"].endswith(":table/fraud-*")
        assert not OF_REPLICAS & set(allowed["Dynamodb"]["Action"])
        assert ("EncryptSecret" in allowed) is encrypts
