"""Tags of budgets and of scalable targets, which moto forgets; ARNs that it spoils.

Symptom cured: who audits an account by its tags (`ListTagsForResource`) got
"not implemented" from Budgets and Application Auto Scaling, and the tags given when
a budget or target was made were lost.
"""

import functools
import json
from collections.abc import Callable
from typing import Any

from moto.sagemaker.models import FakeEndpointConfig
from moto.utilities.tagging_service import TaggingService
from moto.utilities.utils import get_partition


def keep_tags_of_budgets() -> None:
    """Let moto's Budgets keep and show tags."""
    from moto.budgets.responses import BudgetsResponse  # noqa: PLC0415 - `apply_to`

    budgets: Any = BudgetsResponse
    budgets.create_budget = _tagging(budgets.create_budget, _tag_budget)
    budgets.list_tags_for_resource = _budget_tags


def keep_tags_of_targets() -> None:
    """Let moto's Application Auto Scaling keep and show tags."""
    from moto.applicationautoscaling.responses import (  # noqa: PLC0415 - `apply_to`
        ApplicationAutoScalingResponse,
    )

    scaling: Any = ApplicationAutoScalingResponse
    scaling.register_scalable_target = _tagging(
        scaling.register_scalable_target, _tag_target
    )
    scaling.list_tags_for_resource = _target_tags
    scaling.tag_resource = _tag_target_again


def show_endpoint_config_arns() -> None:
    """Let moto's tagging API show ARNs of endpoint configurations, kept as tuples."""
    config: Any = FakeEndpointConfig
    config.arn = property(lambda it: it.endpoint_config_arn, lambda *_: None)


def _tagging(
    create: Callable[[Any], str], tag: Callable[[Any, str], None]
) -> Callable[[Any], str]:
    """Return an action that keeps the tags once the resource is made."""

    @functools.wraps(create)
    def create_with_tags(response: Any) -> str:  # noqa: ANN401
        answer = create(response)
        tag(response, answer)
        return answer

    return create_with_tags


def _tagger(backend: Any) -> TaggingService:  # noqa: ANN401
    if not hasattr(backend, "local_aws_tagger"):
        backend.local_aws_tagger = TaggingService()
    tagger: TaggingService = backend.local_aws_tagger
    return tagger


def _parameter(response: Any, name: str) -> Any:  # noqa: ANN401
    return response._get_param(name)  # noqa: SLF001 -- moto's own way


def _tag_budget(response: Any, _: str) -> None:  # noqa: ANN401
    account = _parameter(response, "AccountId")
    name = _parameter(response, "Budget")["BudgetName"]
    tags = _parameter(response, "ResourceTags") or []
    tagger = _tagger(response.backend)
    partition = get_partition(response.region)
    budget = f"arn:{partition}:budgets::{account}:budget/{name}"
    # A budget of this name may have been deleted with its tags.
    tagger.delete_all_tags_for_resource(budget)
    tagger.tag_resource(budget, tags)


def _budget_tags(response: Any) -> str:  # noqa: ANN401
    arn = _parameter(response, "ResourceARN")
    tags = _tagger(response.backend).list_tags_for_resource(arn)["Tags"]
    return json.dumps({"ResourceTags": tags})


def _tag_target(response: Any, answer: str) -> None:  # noqa: ANN401
    _tag(response, json.loads(answer)["ScalableTargetARN"])


def _tag_target_again(response: Any) -> str:  # noqa: ANN401
    _tag(response, _parameter(response, "ResourceARN"))
    return json.dumps({})


def _tag(response: Any, arn: str) -> None:  # noqa: ANN401
    tags = _parameter(response, "Tags") or {}
    _tagger(response.applicationautoscaling_backend).tag_resource(
        arn, [{"Key": key, "Value": value} for key, value in tags.items()]
    )


def _target_tags(response: Any) -> str:  # noqa: ANN401
    tagger = _tagger(response.applicationautoscaling_backend)
    arn = _parameter(response, "ResourceARN")
    return json.dumps({"Tags": tagger.get_tag_dict_for_resource(arn)})
