"""Builds small templates, as synth would write them."""

import json
from pathlib import Path
from typing import Any


def write_stack(directory: Path, stack: str, **resources: dict[str, Any]) -> Path:
    """Write ``<stack>.template.json`` with resources by logical id."""
    path = directory / f"{stack}.template.json"
    path.write_text(json.dumps({"Resources": resources}), encoding="utf-8")
    return path


def resource(type_: str, **properties: Any) -> dict[str, Any]:
    return {"Type": type_, "Properties": properties}


def serverless_config(memory_mb: int = 2048, **config: Any) -> dict[str, Any]:
    variant = {
        "VariantName": "AllTraffic",
        "ServerlessConfig": {
            "MemorySizeInMB": memory_mb,
            "MaxConcurrency": 5,
            **config,
        },
    }
    return resource("AWS::SageMaker::EndpointConfig", ProductionVariants=[variant])


def instance_config(
    instance_type: str = "ml.m5.large", count: int = 1, **properties: Any
) -> dict[str, Any]:
    variant = {
        "VariantName": "AllTraffic",
        "InstanceType": instance_type,
        "InitialInstanceCount": count,
    }
    return resource(
        "AWS::SageMaker::EndpointConfig", ProductionVariants=[variant], **properties
    )


def scalable_target(minimum: int, maximum: int) -> dict[str, Any]:
    return resource(
        "AWS::ApplicationAutoScaling::ScalableTarget",
        MinCapacity=minimum,
        MaxCapacity=maximum,
        ResourceId={
            "Fn::Join": [
                "",
                ["endpoint/", {"Ref": "Endpoint"}, "/variant/AllTraffic"],
            ]
        },
    )
