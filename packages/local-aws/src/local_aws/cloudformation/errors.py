"""Errors that CloudFormation answers with."""

from moto.core.exceptions import ServiceException


class CloudFormationError(ServiceException):
    """A request that CloudFormation refuses."""


class ValidationError(CloudFormationError):
    """A request that does not fit the template, the parameters or the stack."""

    code = "ValidationError"


class AlreadyExistsError(CloudFormationError):
    """A stack or change set of this name exists."""

    code = "AlreadyExistsException"


class ChangeSetNotFoundError(CloudFormationError):
    """There is no such change set."""

    code = "ChangeSetNotFoundException"


class InvalidChangeSetStatusError(CloudFormationError):
    """The change set cannot be executed."""

    code = "InvalidChangeSetStatusException"


class ResourceError(Exception):
    """A resource cannot be made, changed or removed; the message says why.

    Attributes
    ----------
    physical_id
        Set if something was made all the same and has to be removed.
    """

    def __init__(self, message: str, physical_id: str | None = None) -> None:
        super().__init__(message)
        self.physical_id = physical_id
