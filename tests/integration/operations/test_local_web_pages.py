"""A page in a real browser cannot drive local AWS, wherever the page comes from."""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from local_aws.testing.running import LocalAws

from tests.browser.devtools import Browser

# What a page may try: with a preflight, without one, by a form, by reading.
ATTACK = """<!doctype html><title>evil</title><script>
const aws = AWS, got = {};
const note = (name, promise) => promise
  .then(async (r) => { got[name] = r.type + " " + r.status + " " + await r.text(); })
  .catch((e) => { got[name] = "refused"; });
const target = (action, body) => fetch(aws, {method: "POST", body,
  headers: {"Content-Type": "application/x-amz-json-1.1",
            "X-Amz-Target": "SageMaker." + action,
            "Authorization": "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/" +
              "sagemaker/aws4_request, SignedHeaders=host, Signature=0"}});
const job = JSON.stringify({TrainingJobName: "owned", RoleArn: "arn:aws:iam::1:role/r",
  AlgorithmSpecification: {TrainingInputMode: "File", TrainingImage:
    "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1.9-0",
    ContainerEntrypoint: ["sh", "-c", "touch OWNED"]},
  OutputDataConfig: {S3OutputPath: "s3://kept/out"}, StoppingCondition: {},
  ResourceConfig: {InstanceType: "ml.m5.large", InstanceCount: 1, VolumeSizeInGB: 1}});
const form = new FormData();
form.append("key", "written");
form.append("file", new Blob(["x"]), "x");
Promise.all([
  note("job", target("CreateTrainingJob", job)),
  note("list", target("ListTrainingJobs", "{}")),
  note("read", fetch(aws + "/kept/secret")),
  note("reset", fetch(aws + "/moto-api/reset", {method: "POST", mode: "no-cors"})),
  note("upload", fetch(aws + "/kept", {method: "POST", mode: "no-cors", body: form})),
  note("query", fetch(aws + "/", {method: "POST", mode: "no-cors",
    body: new URLSearchParams({Action: "DeleteStack", StackName: "kept",
      Version: "2010-05-15"})})),
]).then(() => { window.got = got; });
</script>"""


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    with Browser(tmp_path / "profile") as browser:
        yield browser


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """A web site on another port of this machine."""
    handler = functools.partial(
        http.server.SimpleHTTPRequestHandler, directory=str(tmp_path)
    )
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("place", ["file", "site"])
def test_a_page_changes_nothing_and_reads_nothing(
    local_aws: LocalAws, browser: Browser, site: str, tmp_path: Path, place: str
) -> None:
    s3 = local_aws.client("s3")
    s3.create_bucket(Bucket="kept")
    s3.put_object(Bucket="kept", Key="secret", Body=b"secret")
    page = tmp_path / "page.html"
    page.write_text(ATTACK.replace("AWS,", json.dumps(local_aws.url) + ",", 1))

    browser.open(page if place == "file" else f"{site}/page.html")
    browser.wait_until("window.got !== undefined")
    got = browser.evaluate("window.got")

    assert {got[name] for name in ("job", "list", "read")} == {"refused"}
    # Answers that a page may not read: whatever they say, nothing was done.
    assert all(got[name] in {"refused", "opaque 0 "} for name in got)
    assert (
        local_aws.client("sagemaker").list_training_jobs()["TrainingJobSummaries"] == []
    )
    assert s3.get_object(Bucket="kept", Key="secret")["Body"].read() == b"secret"
    with pytest.raises(ClientError, match=r"404|Not Found"):
        s3.head_object(Bucket="kept", Key="written")
