import importlib.util
import json
from collections.abc import Mapping
from pathlib import Path

from cfnlint.helpers import REGIONS  # type: ignore[import-untyped]
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from cdk_app import images, regions
from tests.infrastructure.synthesized import Synthesized

BUDGET = "AWS::Budgets::Budget"


def test_regions_are_those_that_have_the_image_and_every_resource_type(
    environments: Mapping[str, Synthesized],
    everything: Synthesized,
    project_image: Synthesized,
) -> None:
    """By the SDK's table and the linter's schemas, in AWS's commercial partition."""
    # Its file alone: the SDK takes four seconds to import.
    spec = importlib.util.find_spec("sagemaker.core")
    assert spec is not None
    assert spec.origin is not None
    table = Path(spec.origin).parent / "image_uri_config" / "sklearn.json"
    versions = json.loads(table.read_text(encoding="utf-8"))["inference"]["versions"]
    types = {
        resource["Type"]
        for synthesized in (*environments.values(), everything, project_image)
        for unit in synthesized.units
        for resource in synthesized.json(unit)["Resources"].values()
        if not resource["Type"].startswith("Custom::")
    } - {BUDGET}
    commercial = {
        region
        for region in versions[images.SCIKIT_LEARN_VERSION]["registries"]
        if not region.startswith(("cn-", "us-gov-", "us-iso"))
    }
    complete = {
        region for region in commercial if all(has_type(region, one) for one in types)
    }
    assert complete == regions.REGIONS


def test_regions_without_budgets_are_those_of_the_schemas() -> None:
    assert {
        region for region in regions.REGIONS if not has_type(region, BUDGET)
    } == regions.REGIONS_WITHOUT_BUDGETS


def test_template_looks_the_registry_up_by_region(dev: Synthesized) -> None:
    mapping = dev.json("serving")["Mappings"]["ScikitLearnRegistries"]
    assert mapping == {
        region: {"Account": account}
        for region, account in images.REGISTRY_ACCOUNTS.items()
    }
    image = dev.the("serving", "AWS::SageMaker::Model")["PrimaryContainer"]
    assert image["Image"] == {
        "Fn::Join": [
            "",
            [
                {
                    "Fn::FindInMap": [
                        "ScikitLearnRegistries",
                        {"Ref": "AWS::Region"},
                        "Account",
                    ]
                },
                ".dkr.ecr.",
                {"Ref": "AWS::Region"},
                ".",
                {"Ref": "AWS::URLSuffix"},
                f"/{images.REPOSITORY}:{images.TAG}",
            ],
        ]
    }


def has_type(region: str, resource_type: str) -> bool:
    """Tell whether a region has a resource type; a region without schemas has none."""
    return region in REGIONS and resource_type in (
        PROVIDER_SCHEMA_MANAGER.get_resource_types(region)
    )
