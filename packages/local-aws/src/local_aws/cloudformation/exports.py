"""Exports: values that one stack gives and others import by name."""

from collections.abc import Iterable

from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.stack import Output, Stack


def exports_of(stacks: Iterable[Stack]) -> dict[str, tuple[Stack, str]]:
    """Return each export's stack and value by name."""
    return {
        output.export_name: (stack, output.value)
        for stack in stacks
        for output in stack.outputs
        if output.export_name
    }


def importers(export: str | None, stacks: Iterable[Stack]) -> list[str]:
    """Return the names of the stacks that import an export."""
    return [one.name for one in stacks if export in one.imports]


def check_deletion(stack: Stack, others: list[Stack]) -> None:
    """Refuse to delete a stack whose exports others import."""
    for output in stack.outputs:
        if users := importers(output.export_name, others):
            raise ValidationError(
                f"Delete canceled. Cannot delete export {output.export_name} as it "
                f"is in use by {' and '.join(users)}."
            )


def check_outputs(
    stack: Stack, others: list[Stack], outputs: list[Output], imports: set[str]
) -> None:
    """Refuse exports that exist already, and changes to those that others import.

    Parameters
    ----------
    outputs, imports
        What the stack is about to have.
    """
    theirs = exports_of(others)
    new = {one.export_name: one.value for one in outputs if one.export_name}
    for name in new:
        if name in theirs:
            raise ValidationError(
                f"Export with name {name} is already exported by stack "
                f"{theirs[name][0].name}."
            )
    for output in stack.outputs:
        name_before = output.export_name
        if name_before is None or new.get(name_before) == output.value:
            continue
        if users := importers(name_before, others):
            verb = "updated" if name_before in new else "deleted"
            raise ValidationError(
                f"Export {name_before} cannot be {verb} as it is in use by "
                f"{' and '.join(users)}."
            )
    if missing := imports - theirs.keys() - new.keys():
        raise ValidationError(f"No export named {min(missing)} found.")
