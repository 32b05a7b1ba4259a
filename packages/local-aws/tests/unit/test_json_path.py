"""The paths of batch transform's guide, and what they select."""

from typing import Any

import pytest
from local_aws.sagemaker.json_path import JsonPath, JsonPathError

ROW = ["id-7", 1, 2, 3, 4, 0.9]
RECORD = {"id": 7, "features": {"a": 1, "b": 2, "c": 3}, "SageMakerOutput": 0.9}


@pytest.mark.parametrize(
    ("path", "value", "selected"),
    [
        ("$", ROW, ROW),
        ("$[0]", ROW, "id-7"),
        ("$[-1]", ROW, 0.9),
        ("$[1:]", ROW, [1, 2, 3, 4, 0.9]),
        # The guide: `$[1:4]` is the second to the fifth column, `$[:5]` to the sixth.
        ("$[1:4]", ROW, [1, 2, 3, 4]),
        ("$[:5]", ROW, ROW),
        ("$[0,5:]", ROW, ["id-7", 0.9]),
        ("$[0,-1]", ROW, ["id-7", 0.9]),
        ("$.features", RECORD, {"a": 1, "b": 2, "c": 3}),
        ("$.features.b", RECORD, 2),
        ("$['id','SageMakerOutput']", RECORD, {"id": 7, "SageMakerOutput": 0.9}),
        ("$.features.['a','c']", RECORD, {"a": 1, "c": 3}),
        ("$.features.*", RECORD, [1, 2, 3]),
        ("$['id']", RECORD, 7),
    ],
)
def test_the_guide_s_paths(path: str, value: Any, selected: Any) -> None:
    assert JsonPath.parse(path).select(value) == selected


@pytest.mark.parametrize(
    "path", ["", "id", "$[", "$[a]", "$..id", "$[?(@.x)]", "$['a',1]", "$.a b"]
)
def test_what_sagemaker_does_not_support_is_refused(path: str) -> None:
    with pytest.raises(JsonPathError):
        JsonPath.parse(path)


@pytest.mark.parametrize(
    ("path", "value"), [("$[9]", ROW), ("$.nothing", RECORD), ("$[0]", RECORD)]
)
def test_what_is_not_there_is_an_error(path: str, value: Any) -> None:
    with pytest.raises(JsonPathError, match="selects nothing"):
        JsonPath.parse(path).select(value)
