"""Image repositories of ECR and what their images hold."""

from collections.abc import Iterator
from dataclasses import replace

from cdk_app.prices.units import BYTES_PER_GB
from operations.leftovers.account import Account
from operations.leftovers.found import Found
from operations.leftovers.kinds.kind import Kind
from operations.leftovers.scope import as_mapping


def _repositories(account: Account) -> Iterator[Found]:
    ecr = account.client("ecr")
    for entry in account.pages("ecr", "describe_repositories", "repositories"):
        arn = entry["repositoryArn"]
        tags = as_mapping(ecr.list_tags_for_resource(resourceArn=arn)["tags"])
        yield Found("image repository", entry["repositoryName"], arn, tags)


def _measure(account: Account, found: Found) -> Found:
    sizes = [
        image.get("imageSizeInBytes", 0)
        for image in account.pages(
            "ecr", "describe_images", "imageDetails", repositoryName=found.name
        )
    ]
    return replace(
        found,
        monthly_usd=account.monthly_usd("ecr.storage", sum(sizes) / BYTES_PER_GB),
        detail=f"{len(sizes)} images, {sum(sizes):,} bytes",
    )


def _delete(account: Account, found: Found) -> str:
    account.client("ecr").delete_repository(repositoryName=found.name, force=True)
    return "deleted with its images"


REPOSITORIES = Kind("image repository", _repositories, _delete, _measure)
