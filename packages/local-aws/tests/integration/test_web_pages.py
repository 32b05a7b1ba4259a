"""No web page drives local AWS: neither by a preflight nor by a plain form."""

import http.client
import json

import pytest
from local_aws.testing.running import LocalAws

EVIL = {"Origin": "http://evil.example"}
TARGET = {
    "Content-Type": "application/x-amz-json-1.1",
    "X-Amz-Target": "SageMaker.ListTrainingJobs",
    "Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/sagemaker/x, "
    "SignedHeaders=host, Signature=0",
}


def ask(
    aws: LocalAws, method: str, path: str, headers: dict[str, str], body: str = "{}"
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(aws.url.removeprefix("http://"), timeout=10)
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    answer = response.read()
    connection.close()
    names = {name.lower(): value for name, value in response.getheaders()}
    return response.status, names, answer


def test_a_program_is_answered_without_cors(local_aws: LocalAws) -> None:
    status, headers, _ = ask(local_aws, "POST", "/", TARGET)
    assert status == 200
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize("method", ["OPTIONS", "POST", "GET", "PUT", "DELETE"])
@pytest.mark.parametrize(
    "page",
    [EVIL, {"Sec-Fetch-Site": "cross-site"}, {"Host": "evil.example"}],
    ids=["origin", "fetch-site", "host"],
)
def test_a_page_is_refused_whatever_it_sends(
    local_aws: LocalAws, method: str, page: dict[str, str]
) -> None:
    status, headers, answer = ask(local_aws, method, "/", {**TARGET, **page})
    assert status == 403
    assert "access-control-allow-origin" not in headers
    assert json.loads(answer)["__type"] == "AccessDenied"


@pytest.mark.parametrize(
    "path", ["/moto-api/reset", "/moto-api/", "/moto-api/data.json", "/favicon.ico"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_moto_s_control_pages_are_off(
    local_aws: LocalAws, method: str, path: str
) -> None:
    local_aws.client("s3").create_bucket(Bucket="kept")
    status, _, answer = ask(local_aws, method, path, {})
    assert 400 <= status < 500
    assert b"UnsupportedOperation" in answer
    local_aws.client("s3").head_bucket(Bucket="kept")
