"""Combinations that SageMaker refuses, refused at synth with the remedy."""

from pathlib import Path

import pytest

from cdk_app import settings
from cdk_app.settings.fields import is_burstable, is_nvme, vcpus

EVERYTHING = (
    Path(__file__).parents[2] / "infrastructure" / "variations" / "everything.toml"
).read_text()
SERVERLESS = """
[hosting]
kind = "serverless"
memory_size_mb = 2048
max_concurrency = 5
"""


def refusal(text: str, tmp_path: Path) -> str:
    (tmp_path / "try.toml").write_text(text)
    with pytest.raises(settings.SettingsError) as caught:
        settings.load("try", tmp_path)
    return str(caught.value).partition("try.toml: ")[2]


def without(text: str, *sections: str) -> str:
    """Remove whole tables, with their sub-tables."""
    kept, keep = [], True
    for line in text.splitlines():
        if line.startswith("["):
            name = line.strip("[]")
            keep = not any(name == s or name.startswith(f"{s}.") for s in sections)
        if keep:
            kept.append(line)
    return "\n".join(kept)


def replaced(old: str, new: str) -> str:
    assert EVERYTHING.count(old) >= 1, old
    return EVERYTHING.replace(old, new)


def serverless() -> str:
    text = without(EVERYTHING, "hosting", "network", "data_capture")
    return text + SERVERLESS


def test_the_texts_that_are_made_worse_below_are_possible(tmp_path: Path) -> None:
    for name, text in (("one", EVERYTHING), ("two", serverless())):
        (tmp_path / f"{name}.toml").write_text(text)
        assert settings.load(name, tmp_path)


def test_burstable_types_cannot_scale(tmp_path: Path) -> None:
    text = replaced(
        'kind = "instances"\ninstance_type = "ml.c5.xlarge"',
        'kind = "instances"\ninstance_type = "ml.t2.medium"',
    )
    message = refusal(text, tmp_path)
    assert message.startswith("hosting.autoscaling: expected none for ml.t2.medium")
    assert "choose a type such as 'ml.m5.large'" in message


@pytest.mark.parametrize("section", ["hosting", "training"])
def test_local_disks_take_no_customer_managed_key(tmp_path: Path, section: str) -> None:
    before = 'kind = "instances"\n' if section == "hosting" else "[training]\n"
    text = replaced(
        f'{before}instance_type = "ml.c5.xlarge"',
        f'{before}instance_type = "ml.m5d.xlarge"',
    ).replace("volume_size_gb = 36\n", "")
    message = refusal(text, tmp_path)
    assert message.startswith(f"{section}.instance_type: expected a type without local")
    assert "set encryption.customer_managed_key to false" in message


def test_local_disks_take_no_size(tmp_path: Path) -> None:
    text = replaced(
        'kind = "instances"\ninstance_type = "ml.c5.xlarge"',
        'kind = "instances"\ninstance_type = "ml.g5.xlarge"',
    ).replace("customer_managed_key = true", "customer_managed_key = false")
    message = refusal(text, tmp_path)
    assert message.startswith("hosting.volume_size_gb: expected none for ml.g5.xlarge")


@pytest.mark.parametrize("section", ["network", "data_capture"])
def test_serverless_has_neither_network_nor_capture(
    tmp_path: Path, section: str
) -> None:
    other = {"network": "data_capture", "data_capture": "network"}[section]
    text = without(EVERYTHING, "hosting", other) + SERVERLESS
    message = refusal(text, tmp_path)
    assert message.startswith(
        f"{section}: expected only with hosting.kind 'instances', got it with "
        "'serverless'"
    )


@pytest.mark.parametrize(
    "line",
    [
        "network_isolation = true",
        "volume_size_gb = 10",
        'instance_type = "ml.m5.large"',
        "startup_timeout_seconds = 100",
    ],
)
def test_serverless_has_nothing_of_instances(tmp_path: Path, line: str) -> None:
    message = refusal(serverless() + line, tmp_path)
    name = line.partition(" ")[0]
    assert message == (
        f"hosting.{name}: expected only with kind 'instances', got it with "
        "'serverless', which has no such thing; remove it or host on instances."
    )


@pytest.mark.parametrize("table", ["autoscaling", "deployment", "rollback"])
def test_serverless_has_no_fleet_to_scale_or_shift(tmp_path: Path, table: str) -> None:
    message = refusal(f"{serverless()}\n[hosting.{table}]\n", tmp_path)
    assert message.startswith(f"hosting.{table}: expected only with kind 'instances'")


def test_the_projects_image_has_one_interface(tmp_path: Path) -> None:
    text = replaced('interface = "hooks"', 'interface = "hooks"\nimage = "project"')
    assert refusal(text, tmp_path) == (
        "container.interface: expected only with image 'sklearn', got 'hooks' with "
        "'project', which runs its own server; remove it or set image to 'sklearn'."
    )


@pytest.mark.parametrize("text", [EVERYTHING, serverless()])
def test_the_projects_image_is_hosted_either_way(tmp_path: Path, text: str) -> None:
    own = text.replace('interface = "hooks"', 'image = "project"')
    (tmp_path / "own.toml").write_text(own)
    assert settings.load("own", tmp_path).container.image == "project"


@pytest.mark.parametrize("size_mb", [512, 2000, 8192])
def test_serverless_memory_comes_in_steps(tmp_path: Path, size_mb: int) -> None:
    text = serverless().replace("2048", str(size_mb))
    message = refusal(text, tmp_path)
    assert message.startswith("hosting.memory_size_mb: expected 1024, 2048, 3072")
    assert f"got {size_mb}" in message


def test_provisioned_concurrency_is_part_of_the_maximum(tmp_path: Path) -> None:
    message = refusal(serverless() + "provisioned_concurrency = 6\n", tmp_path)
    assert message.startswith(
        "hosting.provisioned_concurrency: expected at most max_concurrency (5), got 6"
    )


def test_canary_needs_two_instances(tmp_path: Path) -> None:
    text = replaced("minimum_instances = 2", "minimum_instances = 1")
    message = refusal(text, tmp_path)
    assert message.startswith("hosting.deployment.strategy: expected 'all-at-once'")
    assert "at least 2 instances" in message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("canary_percent = 42\n", ""),
        ('strategy = "canary"', 'strategy = "all-at-once"'),
    ],
)
def test_canary_share_belongs_to_the_canary(tmp_path: Path, old: str, new: str) -> None:
    message = refusal(replaced(old, new), tmp_path)
    assert message.startswith("hosting.deployment.canary_percent: expected with")


def test_canary_takes_at_most_half(tmp_path: Path) -> None:
    message = refusal(replaced("canary_percent = 42", "canary_percent = 51"), tmp_path)
    assert message.startswith(
        "hosting.deployment.canary_percent: expected less than or equal to 50, got 51"
    )


def test_deployment_ends_after_its_waits(tmp_path: Path) -> None:
    text = replaced("maximum_seconds = 4500", "maximum_seconds = 1300")
    message = refusal(text, tmp_path)
    # Two shifts of 430 s and a termination wait of 440 s.
    assert message.startswith(
        "hosting.deployment.maximum_seconds: expected more than the waits, which add "
        "up to 1300, got 1300"
    )


@pytest.mark.parametrize("count", [1, 10])
def test_endpoint_starts_within_the_scaling_limits(tmp_path: Path, count: int) -> None:
    text = replaced("instance_count = 3", f"instance_count = {count}")
    message = refusal(text, tmp_path)
    assert message.startswith("hosting.instance_count: expected 2 to 9")


def test_scaling_minimum_is_below_the_maximum(tmp_path: Path) -> None:
    text = replaced("maximum_instances = 9", "maximum_instances = 1")
    message = refusal(text, tmp_path)
    assert message.startswith(
        "hosting.autoscaling.maximum_instances: expected at least minimum_instances"
    )


def test_capture_has_something_to_capture(tmp_path: Path) -> None:
    text = replaced('["application/json"]', "[]").replace('["text/csv"]', "[]")
    assert "expected at least one content type" in refusal(text, tmp_path)


def test_alert_rates_are_a_range(tmp_path: Path) -> None:
    text = replaced("lowest_alert_percent = 0.5", "lowest_alert_percent = 6.0")
    assert refusal(text, tmp_path).startswith("alarms.highest_alert_percent: expected")


def test_endpoint_in_a_vpc_has_two_subnets(tmp_path: Path) -> None:
    text = replaced('"subnet-0123456789abcdef0", ', "")
    message = refusal(text, tmp_path)
    assert message.startswith("network.subnet_ids: expected ")
    assert "at least 2 items" in message


@pytest.mark.parametrize(
    ("instance_type", "has_disks"),
    [
        ("ml.m5.large", False),
        ("ml.m5d.large", True),
        ("ml.m5dn.large", True),
        ("ml.c6id.large", True),
        ("ml.c5n.large", False),
        ("ml.g4dn.xlarge", True),
        ("ml.g5.xlarge", True),
        ("ml.p4d.24xlarge", True),
        ("ml.p3.2xlarge", False),
        ("ml.inf2.xlarge", False),
        ("ml.r6i.large", False),
        ("ml.d3.xlarge", True),
    ],
)
def test_local_disks_by_family(instance_type: str, *, has_disks: bool) -> None:
    assert is_nvme(instance_type) is has_disks


def test_burstable_family_is_t() -> None:
    assert is_burstable("ml.t2.medium")
    assert not is_burstable("ml.trn1.2xlarge")


@pytest.mark.parametrize(
    ("instance_type", "count"),
    [("ml.m5.large", 2), ("ml.m5.xlarge", 4), ("ml.m5.4xlarge", 16)],
)
def test_virtual_cpus_by_size(instance_type: str, count: int) -> None:
    assert vcpus(instance_type) == count
