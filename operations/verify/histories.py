"""A model with histories needs a table that was filled for it, and its own delay."""

from artifact.history.definition import parse_definition
from cdk_app.naming import HISTORY_TABLE_OUTPUT
from operations.account.stacks import deploy_command, read_stack
from operations.history.reports import TOLERATED_HOURS, seen_delay
from operations.history.table import HistoryTable, patient_client, read_definition
from operations.verify.live_endpoint import CheckResult, LiveEndpoint

#: Fewer reports say little about their mean delay.
LEAST_REPORTS = 20


def check_histories(live: LiveEndpoint) -> CheckResult:
    """Check the table of a model with histories: there, filled for it, and in time."""
    section = live.artifact.manifest.history
    if section is None:
        return CheckResult("the model looks at none")
    outputs = read_stack(live.session, live.environment, "storage").outputs
    name = outputs.get(HISTORY_TABLE_OUTPUT)
    if name is None:
        return CheckResult(
            "the model looks at histories, and there is no table of them",
            "add [history] to the environment's settings and deploy its storage:",
            deploy_command(live.environment, "storage"),
        )
    definition = parse_definition(section)
    if read_definition(live.session, name) != definition:
        return CheckResult(
            f"{name} was not filled for this model's entities and delay",
            "fill it from the histories that training wrote:",
            f"fraud history seed --env {live.environment}",
        )
    filled = f"{name}, filled for this model's entities and delay"
    table = HistoryTable(name, b"", definition, patient_client(live.session))
    hours, reports = seen_delay(table) or (0.0, 0)
    if reports < LEAST_REPORTS:
        return CheckResult(filled)
    assumed = definition.label_delay_hours
    seen = f"{reports:,} reports of 30 days came {hours / 24:.1f} days late"
    if abs(hours - assumed) <= TOLERATED_HOURS:
        return CheckResult(f"{filled}; {seen}")
    return CheckResult(
        f"{seen} on average, the model was trained with {assumed / 24:.1f}",
        "train with the delay that is seen, and deploy that model: --label-delay-hours "
        f"{hours:.0f}, or the reports' own times by --report-time-column.",
    )
