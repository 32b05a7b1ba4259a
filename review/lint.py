"""cfn-lint over the synthesized templates."""

from cfnlint.api import lint as lint_template  # type: ignore[import-untyped]

from review.assembly import Assembly, Finding


def lint(assembly: Assembly, region: str) -> list[Finding]:
    """Return what cfn-lint says of the templates, for one region."""
    return [
        Finding(
            check="cfn-lint",
            rule=match.rule.id,
            resource="/".join([stack, *map(str, match.path or ())]),
            message=match.message,
        )
        for stack, text in assembly.text.items()
        for match in lint_template(text, regions=[region])
    ]
