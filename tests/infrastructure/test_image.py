import importlib

from cdk_app import images
from tests.infrastructure.synthesized import Synthesized

DNS_SUFFIXES = {
    "cn": "amazonaws.com.cn",
    "us-iso": "c2s.ic.gov",
    "us-isob": "sc2s.sgov.gov",
    "us-isof": "csp.hci.ic.gov",
}


def url_suffix(region: str) -> str:
    """What CloudFormation puts for AWS::URLSuffix in a region."""
    return DNS_SUFFIXES.get(region.rsplit("-", 2)[0], "amazonaws.com")


def test_registries_are_those_of_the_sagemaker_sdk() -> None:
    image_uris = importlib.import_module("sagemaker.core.image_uris")
    for region, account in images.REGISTRY_ACCOUNTS.items():
        assert image_uris.retrieve(
            "sklearn",
            region=region,
            version=images.SCIKIT_LEARN_VERSION,
            py_version="py3",
            instance_type="ml.m5.large",
            image_scope="inference",
        ) == (
            f"{account}.dkr.ecr.{region}.{url_suffix(region)}"
            f"/{images.REPOSITORY}:{images.TAG}"
        )


def test_no_region_of_the_sdk_is_missing() -> None:
    image_uris = importlib.import_module("sagemaker.core.image_uris")
    versions = image_uris.config_for_framework("sklearn")["inference"]["versions"]
    assert (
        (versions[images.SCIKIT_LEARN_VERSION]["registries"])
        == images.REGISTRY_ACCOUNTS
    )


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
