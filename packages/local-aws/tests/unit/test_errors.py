"""What is not supported is answered in the service's own protocol."""

import json
import xml.etree.ElementTree as ET

import pytest
from local_aws.errors import AwsError, describe, protocol_of, render

ERROR = AwsError(400, "UnsupportedOperation", "no <such> action & more")


@pytest.mark.parametrize("protocol", ["json", "rest-json"])
def test_json_services_get_json(protocol: str) -> None:
    response = render(ERROR, protocol)

    body = json.loads(response.get_data())
    assert body == {"__type": ERROR.code, "message": ERROR.message}
    assert response.headers["x-amzn-ErrorType"] == ERROR.code
    assert response.status_code == 400


@pytest.mark.parametrize(
    ("protocol", "path"),
    [("query", "./Error"), ("ec2", "./Errors/Error"), ("rest-xml", ".")],
)
def test_xml_services_get_xml(protocol: str, path: str) -> None:
    error = ET.fromstring(render(ERROR, protocol).get_data()).find(path)

    assert error is not None
    assert error.findtext("Code") == ERROR.code
    assert error.findtext("Message") == ERROR.message


def test_an_action_that_is_missing_is_the_caller_s_error() -> None:
    error = describe(NotImplementedError("The x action"), "sagemaker")

    assert (error.status, error.code) == (400, "UnsupportedOperation")
    assert "docs/local-aws.md" in error.message


def test_a_crash_is_an_internal_failure() -> None:
    error = describe(KeyError("BootstrapVersion"), "cloudformation")

    assert (error.status, error.code) == (500, "InternalFailure")
    assert "KeyError: 'BootstrapVersion'" in error.message


@pytest.mark.parametrize(
    ("service", "protocols"),
    [
        ("sagemaker", {"json"}),
        ("sagemakerruntime", {"rest-json"}),
        ("cloudformation", {"query"}),
        ("s3", {"rest-xml"}),
    ],
)
def test_protocols(service: str, protocols: set[str]) -> None:
    assert protocol_of(service) in protocols
