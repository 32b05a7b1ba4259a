"""The sections of a settings file, apart from hosting."""

import difflib
import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from cdk_app.regions import REGIONS
from cdk_app.settings.fields import (
    DailyTimeSetting,
    Days,
    RetentionDays,
    Section,
    is_nvme,
)
from cdk_app.settings.instance_types import InstanceType

RESERVED_TAGS = ("Project", "Environment")


def _tag_key(key: str) -> str:
    # IAM takes keys that differ in case alone for one key, and refuses both.
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
    reserved = {name.lower() for name in RESERVED_TAGS}
    if key.lower() in reserved or key.lower().startswith("aws:"):
        raise ValueError(
            f"expected a tag of your own, got {key!r}, which the application "
            "or AWS sets (in any case); remove it or choose another name"
        )
    return key


def _email(email: str) -> str:
    if email != "none" and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
        raise ValueError(
            f"expected an e-mail address, or 'none' for nobody, got {email!r}; correct "
            "it"
        )
    return email


def _region(region: str) -> str:
    if region not in REGIONS:
        near = difflib.get_close_matches(region, REGIONS, n=1)
        raise ValueError(
            f"expected a region that has the image and every resource type, got "
            f"{region!r}; {f'did you mean {near[0]!r}' if near else 'choose one'} of "
            "the list in docs/aws.md"
        )
    return region


TagValue = Annotated[str, Field(pattern=r"^[A-Za-z0-9 _.:/=+@-]{1,256}$")]
TagKey = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9 _.:/=+@-]{1,128}$"), AfterValidator(_tag_key)
]
ContentTypes = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[a-z0-9]+/[a-z0-9](-*[a-z0-9.])*$")], ...],
    Field(strict=False, max_length=10),
]
Percent = Annotated[float, Field(gt=0, le=100)]


class AwsSettings(Section):
    """Account and region; left out, they come from the deployer's credentials."""

    account: Annotated[str, Field(pattern=r"^\d{12}$")] | None = None
    region: Annotated[str, AfterValidator(_region)] | None = None


class StorageSettings(Section):
    """The data and artifact buckets, and the bucket of their access logs."""

    retain: bool
    """Buckets outlive the stack, which is protected from termination."""
    noncurrent_versions_expire_after_days: Days
    artifacts_expire_after_days: Days | None = None
    access_logs_expire_after_days: Days


class EncryptionSettings(Section):
    """Who holds the key of everything at rest."""

    customer_managed_key: bool
    """One KMS key with yearly rotation; otherwise the keys that services manage."""


class TrainingSettings(Section):
    """The training job that ``training.launch`` starts."""

    instance_type: InstanceType
    volume_size_gb: Annotated[int, Field(ge=1, le=16384)]
    max_runtime_seconds: Annotated[int, Field(ge=60, le=432_000)]
    encrypt_inter_container_traffic: bool = True

    @property
    def has_local_disks(self) -> bool:
        """Whether the instance brings its own disks, which take no key."""
        return is_nvme(self.instance_type)


class ContainerSettings(Section):
    """The image that serves the artifact: AWS's scikit-learn one, or the project's."""

    image: Literal["sklearn", "project"] = "sklearn"
    interface: Literal["wsgi", "hooks"] | None = None
    """How AWS's image runs the artifact's code, ``wsgi`` if left out; the project's
    image has a server of its own."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"]

    @model_validator(mode="after")
    def _interface_of_aws_image_only(self) -> Self:
        if self.image == "project" and self.interface is not None:
            raise ValueError(
                "interface: expected only with image 'sklearn', got "
                f"{self.interface!r} with 'project', which runs its own server; "
                "remove it or set image to 'sklearn'"
            )
        return self


class HistorySettings(Section):
    """A table of what is known of each card, merchant or other entity."""

    point_in_time_recovery: bool
    """Keeps the table's last 35 days restorable, at a price by the GB."""


class DataCaptureSettings(Section):
    """A share of requests and answers, kept in the data bucket."""

    sampling_percent: Annotated[int, Field(ge=1, le=100)]
    json_content_types: ContentTypes = ("application/json",)
    csv_content_types: ContentTypes = ("text/csv",)
    expire_after_days: Days

    @model_validator(mode="after")
    def _something_to_capture(self) -> Self:
        if not self.json_content_types and not self.csv_content_types:
            raise ValueError(
                "json_content_types: expected at least one content type here or in "
                "csv_content_types, got none; add one or remove the table"
            )
        return self


class NetworkSettings(Section):
    """Subnets of an existing VPC that the endpoint's instances are attached to."""

    vpc_id: Annotated[str, Field(pattern=r"^vpc-[0-9a-f]{8,17}$")]
    subnet_ids: Annotated[
        tuple[Annotated[str, Field(pattern=r"^subnet-[0-9a-f]{8,17}$")], ...],
        Field(strict=False, min_length=2, max_length=16),
    ]
    security_group_ids: Annotated[
        tuple[Annotated[str, Field(pattern=r"^sg-[0-9a-f]{8,17}$")], ...],
        Field(strict=False, min_length=1, max_length=5),
    ]
    route_table_ids: Annotated[
        tuple[Annotated[str, Field(pattern=r"^rtb-[0-9a-f]{8,17}$")], ...],
        Field(strict=False, max_length=16),
    ] = ()
    """Given these, the stack adds a gateway endpoint, through which S3 is reached."""
    private_endpoint: bool
    """Adds an interface endpoint, through which callers in the VPC invoke."""


class AlarmSettings(Section):
    """When somebody is told. Rollback has alarms of its own, in ``hosting``."""

    email: Annotated[str, AfterValidator(_email)] | None = None
    """Who is subscribed; ``none`` says that nobody is, on purpose."""
    server_errors_per_5_minutes: Annotated[int, Field(ge=1)]
    client_error_percent: Percent
    model_latency_p99_ms: Annotated[float, Field(gt=0)]
    fewest_invocations_per_hour: Annotated[int, Field(ge=1)] | None = None
    lowest_alert_percent: Annotated[float, Field(ge=0, lt=100)]
    highest_alert_percent: Percent
    utilization_percent: Percent
    """CPU and memory of instances; concurrency of a serverless endpoint."""

    @property
    def subscriber(self) -> str | None:
        """The address that alarms are sent to, if there is one."""
        return None if self.email == "none" else self.email

    @model_validator(mode="after")
    def _alert_rate_is_a_range(self) -> Self:
        if self.lowest_alert_percent >= self.highest_alert_percent:
            raise ValueError(
                f"highest_alert_percent: expected more than lowest_alert_percent "
                f"({self.lowest_alert_percent}), got {self.highest_alert_percent}; "
                "raise it"
            )
        return self


class LogSettings(Section):
    """Log groups that the stacks own."""

    retention_days: RetentionDays


class IamSettings(Section):
    """What the organization asks of every role."""

    permissions_boundary_arn: (
        Annotated[str, Field(pattern=r"^arn:[a-z-]+:iam::\d{12}:policy/[\w+=,.@/-]+$")]
        | None
    ) = None


class ReviewSettings(Section):
    """Which of cdk-nag's rule packs the environment answers to."""

    rule_packs: Annotated[
        tuple[Literal["AwsSolutions", "NIST.800.53.R5", "PCI.DSS.321"], ...],
        Field(strict=False, min_length=1),
    ]


class CostSettings(Section):
    """What a month may cost."""

    monthly_cost_ceiling_usd: Annotated[float, Field(gt=0)]
    """Passed by the estimate, it stops the review; passed by the bill, it alerts."""
    budget: bool = True
    """A stack with the ceiling as an AWS Budget, where the region has such."""
    destroy_serving_at: DailyTimeSetting | None = None
    """When the serving stack is deleted every day; ``cdk deploy`` brings it back."""
