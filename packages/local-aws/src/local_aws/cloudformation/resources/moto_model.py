"""Types that only moto knows: its CloudFormation models, as a handler."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any, Self

from local_aws.cloudformation.errors import ResourceError
from local_aws.cloudformation.resources.base import Request
from local_aws.cloudformation.stack import Physical, Resource

NAME_CHARACTERS = 64
WITH_PLACE = 3  # self, account, region
#: moto says that it runs, and nothing does.
PRETENDED = {"AWS::SageMaker::NotebookInstance", "AWS::CloudFormation::Stack"}
#: Whose service takes a second one of a name for a change of the first.
FOUND_BY: dict[str, Callable[[Request, str], object]] = {
    "AWS::Events::Rule": lambda request, name: request.client("events").describe_rule(
        Name=name
    ),
    "AWS::SQS::Queue": lambda request, name: request.client("sqs").get_queue_url(
        QueueName=name
    ),
}


class _Attributes(dict[str, object]):
    """Fn::GetAtt of a moto resource, asked for at the time of use."""

    def __init__(self, made: Any) -> None:  # noqa: ANN401
        super().__init__()
        self.made = made

    def __contains__(self, name: object) -> bool:
        return bool(self.made.has_cfn_attr(name))

    def __getitem__(self, name: str) -> object:
        return self.made.get_cfn_attribute(name)

    def get(self, name: str, default: object = None) -> object:
        return self[name] if name in self else default  # noqa: SIM401

    def __iter__(self) -> Iterator[str]:
        return iter(())


@dataclass(frozen=True)
class MotoModelHandler:
    """One of moto's CloudFormation models."""

    model: Any

    @classmethod
    def of(cls, resource_type: str) -> Self:
        """Return the handler of a type.

        Raises
        ------
        ResourceError
            If moto has no model of it.
        """
        # Here, not at the top: it imports all of moto's services.
        from moto.cloudformation.parsing import get_model_map  # noqa: PLC0415

        model = get_model_map().get(resource_type)
        # What moto could not delete would stay for ever.
        if model is None or not _is_deletable(model) or resource_type in PRETENDED:
            raise ResourceError(
                f"Local AWS does not support resource type {resource_type}."
            )
        return cls(model)

    def create(self, request: Request) -> Physical:
        """Make it as moto does."""
        name = self._name(request)
        if find := FOUND_BY.get(request.type):
            request.check_absent(name, lambda: find(request, name))
        made = self.model.create_from_cloudformation_json(
            name,
            _document(request),
            request.account,
            request.clients.region,
            LogicalId=request.logical_id,
            StackId=request.stack_id,
            ResourceType=request.type,
        )
        return _physical(made)

    def update(self, request: Request, current: Resource) -> Physical:
        """Change it as moto does, which may mean deleting it first."""
        method = self.model.update_from_cloudformation_json
        if hasattr(method, "__isabstractmethod__"):
            raise ResourceError(
                f"Local AWS cannot update resources of type {request.type}."
            )
        updated = method(
            original_resource=_made(current),
            new_resource_name=self._name(request),
            cloudformation_json=_document(request),
            account_id=request.account,
            region_name=request.clients.region,
        )
        return _physical(updated)

    def delete(self, request: Request, current: Resource) -> None:
        """Remove it as moto's engine does: by the object itself, else by its class."""
        region = request.clients.region
        try:
            _made(current).delete(request.account, region)
        except (TypeError, AttributeError):
            method = self.model.delete_from_cloudformation_json
            if hasattr(method, "__isabstractmethod__"):
                raise
            method(current.physical.id, _document(request), request.account, region)

    def _name(self, request: Request) -> str:
        # Where moto names none it would drop a name that was asked for.
        name_property = (
            self.model.cloudformation_name_type()
            or f"{request.type.rsplit('::', 1)[-1]}Name"
        )
        return request.name(name_property, NAME_CHARACTERS)


def _is_deletable(model: Any) -> bool:  # noqa: ANN401
    method = model.delete_from_cloudformation_json
    if not hasattr(method, "__isabstractmethod__"):
        return True
    delete = getattr(model, "delete", None)
    # moto's engine hands over the account and the region.
    return delete is not None and len(signature(delete).parameters) == WITH_PLACE


def _document(request: Request) -> Mapping[str, Any]:
    return {"Type": request.type, "Properties": dict(request.properties)}


def _physical(made: Any) -> Physical:  # noqa: ANN401
    return Physical(str(made.physical_resource_id), _Attributes(made))


def _made(current: Resource) -> Any:  # noqa: ANN401
    return getattr(current.physical.attributes, "made", None)
