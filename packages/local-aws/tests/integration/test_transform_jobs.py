"""Batch transform jobs run, and write what SageMaker's would."""

import gzip
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from local_aws.testing.running import LocalAws, descendants, eventually
from local_aws.testing.sagemaker_resources import (
    BUCKET,
    archive,
    create_model,
    log_lines,
    put,
    unique,
)

GROUP = "/aws/sagemaker/TransformJobs"
# Answers each record with the number of records that came with it, and with its sum.
APPLICATION = """
import json, os, pathlib, time

def app(environ, start_response):
    def answer(status, body):
        start_response(status, [("Content-Type", environ.get("CONTENT_TYPE", ""))])
        return [body.encode()]

    if environ["PATH_INFO"] == "/ping":
        return answer("200 OK", "")
    if environ["PATH_INFO"] != "/invocations":
        return answer("404 Not Found", "")
    text = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])).decode()
    if "bad" in text:
        return answer("400 Bad Request", "field V1 is missing")
    if "crash" in text:
        return answer("500 Internal Server Error", "oh")
    if "endless" in text:
        print("waiting", flush=True)
        time.sleep(600)
    if "environment" in text:
        return answer("200 OK", json.dumps(dict(os.environ)))
    records = text.splitlines()
    if "json" in environ["CONTENT_TYPE"]:
        sums = [{"sum": sum(json.loads(one).values())} for one in records]
        return answer("200 OK", "".join(json.dumps(one) + "\\n" for one in sums))
    sums = [sum(map(float, one.split(","))) for one in records]
    return answer("200 OK", "".join(f"{len(records)},{one:g}\\n" for one in sums))
"""


@pytest.fixture(scope="module")
def model(local_aws: LocalAws) -> str:
    name = unique("sums")
    url = put(
        local_aws,
        f"models/{name}/model.tar.gz",
        archive({"code/inference.py": APPLICATION}),
    )
    create_model(local_aws, name, url)
    return name


def start(aws: LocalAws, model: str, uri: str, **settings: Any) -> str:
    """Start a job over an S3 prefix; returns its name at once."""
    name = unique("job")
    transform_input = {
        "ContentType": "text/csv",
        "SplitType": "Line",
        **settings.pop("TransformInput", {}),
    }
    aws.client("sagemaker").create_transform_job(
        TransformJobName=name,
        ModelName=model,
        TransformInput={
            "DataSource": {
                "S3DataSource": {
                    "S3DataType": settings.pop("S3DataType", "S3Prefix"),
                    "S3Uri": uri,
                }
            },
            **transform_input,
        },
        TransformOutput={
            "S3OutputPath": f"s3://{BUCKET}/out/{name}/",
            **settings.pop("TransformOutput", {}),
        },
        TransformResources={
            "InstanceType": "ml.m5.large",
            "InstanceCount": settings.pop("InstanceCount", 1),
        },
        **settings,
    )
    return name


def finished(aws: LocalAws, name: str) -> dict[str, Any]:
    client = aws.client("sagemaker")

    def describe() -> dict[str, Any]:
        description: dict[str, Any] = client.describe_transform_job(
            TransformJobName=name
        )
        return description

    eventually(
        lambda: describe()["TransformJobStatus"] in {"Completed", "Failed", "Stopped"},
        60,
    )
    return describe()


def outputs(aws: LocalAws, name: str) -> dict[str, str]:
    """The output objects of a job: name below its output path → text."""
    prefix = f"out/{name}/"
    client = aws.client("s3")
    listed = client.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    return {
        one["Key"].removeprefix(prefix): client.get_object(
            Bucket=BUCKET, Key=one["Key"]
        )["Body"]
        .read()
        .decode()
        for one in listed
    }


def transformed(
    aws: LocalAws, model: str, body: bytes | str, **settings: Any
) -> dict[str, str]:
    """Run a job over one object `x.csv`; return its outputs."""
    uri = put(aws, f"in/{unique('one')}/x.csv", body)
    name = start(aws, model, uri, **settings)
    description = finished(aws, name)
    assert description["TransformJobStatus"] == "Completed", description
    return outputs(aws, name)


def test_many_records_go_into_one_request(local_aws: LocalAws, model: str) -> None:
    found = transformed(
        local_aws, model, "1,2\n3,4\n5,6\n", BatchStrategy="MultiRecord"
    )
    assert found == {"x.csv.out": "3,3\n3,7\n3,11\n"}


def test_single_records_go_one_by_one_and_keep_their_order(
    local_aws: LocalAws, model: str
) -> None:
    rows = "".join(f"{n},0\n" for n in range(40))
    found = transformed(
        local_aws,
        model,
        rows,
        BatchStrategy="SingleRecord",
        MaxConcurrentTransforms=4,
        TransformOutput={"AssembleWith": "Line"},
    )
    assert found == {"x.csv.out": "".join(f"1,{n}\n" for n in range(40))}


def test_requests_are_as_large_as_the_payload_limit(
    local_aws: LocalAws, model: str
) -> None:
    row = "1" + ",0" * 50_000 + "\n"  # 100 kB: ten fit into 1 MB
    found = transformed(
        local_aws, model, row * 25, MaxPayloadInMB=1, MaxConcurrentTransforms=3
    )
    assert found == {"x.csv.out": "10,1\n" * 20 + "5,1\n" * 5}


def test_an_object_that_is_not_split_is_one_request(
    local_aws: LocalAws, model: str
) -> None:
    found = transformed(
        local_aws, model, "1,2\n3,4", TransformInput={"SplitType": "None"}
    )
    assert found == {"x.csv.out": "2,3\n2,7\n"}


def test_compressed_objects_are_unpacked(local_aws: LocalAws, model: str) -> None:
    found = transformed(
        local_aws,
        model,
        gzip.compress(b"1,2\n"),
        TransformInput={"CompressionType": "Gzip"},
    )
    assert found == {"x.csv.out": "1,3\n"}


def test_csv_is_filtered_joined_and_filtered_again(
    local_aws: LocalAws, model: str
) -> None:
    found = transformed(
        local_aws,
        model,
        "id-1,1,2\nid-2,3,4\n",
        DataProcessing={
            "InputFilter": "$[1:]",
            "JoinSource": "Input",
            "OutputFilter": "$[0,-1]",
        },
        TransformOutput={"Accept": "text/csv", "AssembleWith": "Line"},
    )
    assert found == {"x.csv.out": "id-1,3\nid-2,7\n"}


def test_json_lines_are_joined_with_their_answers(
    local_aws: LocalAws, model: str
) -> None:
    found = transformed(
        local_aws,
        model,
        '{"id": "a", "features": {"V1": 1, "V2": 2}}\n'
        '{"id": "b", "features": {"V1": 3, "V2": 4}}\n',
        DataProcessing={
            "InputFilter": "$.features",
            "JoinSource": "Input",
            "OutputFilter": "$['id','SageMakerOutput']",
        },
        TransformInput={"ContentType": "application/jsonlines"},
        TransformOutput={"Accept": "application/jsonlines", "AssembleWith": "Line"},
    )
    assert [json.loads(line) for line in found["x.csv.out"].splitlines()] == [
        {"id": "a", "SageMakerOutput": {"sum": 3}},
        {"id": "b", "SageMakerOutput": {"sum": 7}},
    ]


def test_instances_share_the_objects_of_a_prefix(
    local_aws: LocalAws, model: str
) -> None:
    folder = f"in/{unique('many')}"
    for n in range(4):
        put(local_aws, f"{folder}/part-{n}/x.csv", f"{n},1\n")
    name = start(local_aws, model, f"s3://{BUCKET}/{folder}/", InstanceCount=2)

    assert finished(local_aws, name)["TransformJobStatus"] == "Completed"

    assert outputs(local_aws, name) == {
        f"part-{n}/x.csv.out": f"1,{n + 1}\n" for n in range(4)
    }
    streams = local_aws.client("logs").describe_log_streams(
        logGroupName=GROUP, logStreamNamePrefix=f"{name}/"
    )["logStreams"]
    data_logs = [one for one in streams if one["logStreamName"].endswith("/data-log")]
    assert len(data_logs) == 2


def test_a_manifest_names_the_objects(local_aws: LocalAws, model: str) -> None:
    folder = f"in/{unique('manifest')}"
    for part in ("a.csv", "b.csv", "c.csv"):
        put(local_aws, f"{folder}/{part}", "1,2\n")
    manifest = [{"prefix": f"s3://{BUCKET}/{folder}/"}, "a.csv", "c.csv"]
    uri = put(local_aws, f"{folder}.manifest", json.dumps(manifest))
    name = start(local_aws, model, uri, S3DataType="ManifestFile")

    assert finished(local_aws, name)["TransformJobStatus"] == "Completed"

    assert set(outputs(local_aws, name)) == {"a.csv.out", "c.csv.out"}


def test_the_container_knows_that_it_runs_a_batch(
    local_aws: LocalAws, model: str
) -> None:
    found = transformed(
        local_aws,
        model,
        "environment\n",
        Environment={"LOG_LEVEL": "DEBUG"},
        MaxPayloadInMB=2,
        BatchStrategy="SingleRecord",
    )
    environment = json.loads(found["x.csv.out"])
    assert environment["SAGEMAKER_BATCH"] == "true"
    assert environment["SAGEMAKER_MAX_PAYLOAD_IN_MB"] == "2"
    assert environment["SAGEMAKER_BATCH_STRATEGY"] == "SINGLE_RECORD"
    assert environment["LOG_LEVEL"] == "DEBUG"
    assert "SAGEMAKER_MAX_CONCURRENT_TRANSFORMS" not in environment


@pytest.mark.parametrize(
    ("row", "reason", "said"),
    [
        ("bad", "ClientError", "ClientError: 400"),
        ("crash", "AlgorithmError", "Bad HTTP status received from algorithm: 500"),
    ],
)
def test_an_object_that_fails_has_no_output_and_the_others_have(
    local_aws: LocalAws, model: str, row: str, reason: str, said: str
) -> None:
    folder = f"in/{unique('failing')}"
    put(local_aws, f"{folder}/a.csv", f"1,2\n{row}\n")
    put(local_aws, f"{folder}/b.csv", "1,2\n")
    name = start(local_aws, model, f"s3://{BUCKET}/{folder}/")

    description = finished(local_aws, name)

    assert description["TransformJobStatus"] == "Failed"
    assert (
        description["FailureReason"] == f"{reason}: See job logs for more information"
    )
    assert outputs(local_aws, name) == {"b.csv.out": "1,3\n"}
    log = "\n".join(log_lines(local_aws, GROUP, f"{name}/"))
    assert f"{BUCKET}/{folder}/a.csv: {said}" in log
    if row == "bad":
        assert "field V1 is missing" in log


def test_a_record_larger_than_the_payload_fails(
    local_aws: LocalAws, model: str
) -> None:
    uri = put(local_aws, f"in/{unique('large')}/x.csv", "1" * 1_100_000)
    name = start(local_aws, model, uri, MaxPayloadInMB=1)
    assert finished(local_aws, name)["TransformJobStatus"] == "Failed"
    log = "\n".join(log_lines(local_aws, GROUP, f"{name}/"))
    assert "exceeds MaxPayloadInMB" in log


def test_a_prefix_without_objects_fails(local_aws: LocalAws, model: str) -> None:
    name = start(local_aws, model, f"s3://{BUCKET}/nothing/here")
    description = finished(local_aws, name)
    assert "No S3 objects found" in description["FailureReason"]


def test_a_container_that_does_not_come_up_fails_the_job(local_aws: LocalAws) -> None:
    name = unique("broken")
    code = "raise RuntimeError('no such model')"
    url = put(local_aws, f"models/{name}.tar.gz", archive({"code/inference.py": code}))
    create_model(local_aws, name, url)
    job = start(local_aws, name, put(local_aws, f"in/{name}/x.csv", "1,2\n"))
    assert "RuntimeError: no such model" in finished(local_aws, job)["FailureReason"]


def test_a_stopped_job_ends_with_its_processes(local_aws: LocalAws, model: str) -> None:
    uri = put(local_aws, f"in/{unique('endless')}/x.csv", "1,2\n" * 3 + "endless\n")
    name = start(local_aws, model, uri, BatchStrategy="SingleRecord")

    def waits() -> bool:
        try:
            return "waiting" in log_lines(local_aws, GROUP, f"{name}/")
        except ClientError:
            return False

    eventually(waits)
    local_aws.client("sagemaker").stop_transform_job(TransformJobName=name)
    description = finished(local_aws, name)

    assert description["TransformJobStatus"] == "Stopped"
    assert outputs(local_aws, name) == {}
    eventually(
        lambda: (
            not any(
                "gunicorn" in command
                for command in descendants(local_aws.process.pid).values()
            )
        )
    )
    with pytest.raises(ClientError, match="in status Stopped"):
        local_aws.client("sagemaker").stop_transform_job(TransformJobName=name)


def test_jobs_are_listed_and_described_as_they_were_created(
    local_aws: LocalAws, model: str
) -> None:
    uri = put(local_aws, f"in/{unique('listed')}/x.csv", "1,2\n")
    name = start(local_aws, model, uri, BatchStrategy="MultiRecord", MaxPayloadInMB=3)
    description = finished(local_aws, name)
    assert description["ModelName"] == model
    assert description["MaxPayloadInMB"] == 3
    assert description["TransformStartTime"] <= description["TransformEndTime"]
    assert "FailureReason" not in description
    listed = local_aws.client("sagemaker").list_transform_jobs(
        NameContains=name, StatusEquals="Completed"
    )["TransformJobSummaries"]
    assert [one["TransformJobName"] for one in listed] == [name]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"TransformInput": {"SplitType": "RecordIO"}}, "by Line or not at all"),
        ({"MaxPayloadInMB": 60, "MaxConcurrentTransforms": 2}, "must not exceed 100"),
        ({"DataProcessing": {"InputFilter": "$.id"}}, "must use indexes"),
        ({"DataProcessing": {"OutputFilter": "$["}}, "not supported"),
    ],
)
def test_settings_that_cannot_work_are_refused_at_once(
    local_aws: LocalAws, model: str, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ClientError, match=message):
        start(local_aws, model, f"s3://{BUCKET}/in/", **settings)


def test_an_unknown_model_is_refused(local_aws: LocalAws) -> None:
    with pytest.raises(ClientError, match="Could not find model nothing"):
        start(local_aws, "nothing", f"s3://{BUCKET}/in/")
