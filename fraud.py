"""The command ``fraud``: every sub-command in a line, each loaded when it is asked for.

A sub-command is a module with ``main(arguments) -> int``; nothing of it is imported
before it runs, so that ``--help`` answers at once.
"""

import sys
from collections.abc import Sequence
from importlib import import_module

# Grouped as the story goes: name, module, what it does.
GROUPS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "model",
        (
            ("train", "training.train", "train on this machine"),
            ("launch", "training.launch.command", "train on SageMaker"),
            ("pack", "artifact.archive", "make model.tar.gz of a trained artifact"),
        ),
    ),
    (
        "endpoint",
        (
            (
                "verify",
                "operations.verify.command",
                "is what answers what is declared?",
            ),
            ("score", "operations.client", "ask the endpoint and apply the rule"),
            ("batch", "operations.batch.command", "score files by a transform job"),
            ("rule", "operations.decision_rule", "show or publish the decision rule"),
            ("image", "operations.image", "push the project's serving image"),
        ),
    ),
    (
        "account",
        (
            ("review", "review.command", "write what a reviewer reads"),
            ("cost", "review.cost.command", "what an environment costs a month"),
            ("leftovers", "operations.leftovers.command", "what remains after destroy"),
            ("local", "local_aws.__main__", "AWS on this machine"),
        ),
    ),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a sub-command; returns its exit status."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    modules = {name: module for _, group in GROUPS for name, module, _ in group}
    if not words or words[0] in {"-h", "--help"}:
        print(_help())
        return 0 if words else 2
    if words[0] not in modules:
        print(
            f"fraud: expected one of {', '.join(modules)}, got {words[0]!r}; "
            "fraud --help describes them.",
            file=sys.stderr,
        )
        return 2
    status: int = import_module(modules[words[0]]).main(words[1:])
    return status


def _help() -> str:
    lines = ["usage: fraud COMMAND [OPTION ...]", ""]
    for title, group in GROUPS:
        lines.append(f"{title}:")
        lines += [f"  {name:<11}{purpose}" for name, _, purpose in group]
        lines.append("")
    lines.append("fraud COMMAND --help says what each takes.")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
