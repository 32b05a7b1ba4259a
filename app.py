#!/usr/bin/env python3
"""Entry point of ``cdk``: environment name, settings, stacks, synthesis.

The only place that reads context and environment variables.
"""

import gc
import sys

if __name__ == "__main__":
    # The CDK's modules make many objects and drop hardly any: collecting garbage
    # meanwhile takes a tenth of synth's processor time.
    gc.disable()

from aws_cdk import App, Environment, Tags
from aws_cdk import aws_iam as iam

from cdk_app import settings, tags
from cdk_app.naming import stack_name
from stacks.budget import BudgetStack
from stacks.observability import ObservabilityStack
from stacks.serving import ServingStack
from stacks.storage import StorageStack
from stacks.training import TrainingStack


def add_stacks(app: App, chosen: settings.Settings) -> None:
    """Add one environment's stacks; storage comes first, nothing needs serving."""
    name = chosen.environment
    target = Environment(account=chosen.aws.account, region=chosen.aws.region)
    storage = StorageStack(
        app, stack_name(name, "storage"), settings=chosen, env=target
    )
    training = TrainingStack(
        app,
        stack_name(name, "training"),
        settings=chosen,
        env=target,
        storage=storage,
    )
    observability = ObservabilityStack(
        app,
        stack_name(name, "observability"),
        settings=chosen,
        env=target,
        storage=storage,
    )
    if chosen.has_budget:
        BudgetStack(
            app,
            stack_name(name, "budget"),
            settings=chosen,
            env=target,
            observability=observability,
        )
    ServingStack(
        app,
        stack_name(name, "serving"),
        settings=chosen,
        env=target,
        storage=storage,
        training=training,
    )
    for key, value in tags.project_tags(chosen).items():
        Tags.of(app).add(key, value)
    if chosen.iam.permissions_boundary_arn:
        boundary = iam.ManagedPolicy.from_managed_policy_arn(
            storage, "PermissionsBoundary", chosen.iam.permissions_boundary_arn
        )
        # On the tree, not role by role: CDK's own roles are there too.
        iam.PermissionsBoundary.of(app).apply(boundary)


def main() -> int:
    """Synthesize the environment that ``-c env=<name>`` names; ``dev`` by default."""
    app = App(
        analytics_reporting=False,
        stack_traces=False,
        tree_metadata=False,
        # Doubles the time of synth; the review runs cfn-lint instead.
        builtin_cloud_formation_validation=False,
    )
    environment = str(app.node.try_get_context("env") or "")
    if not environment:
        environment = "dev"
        others = ", ".join(e for e in settings.environment_names() if e != environment)
        # The CDK CLI says only that no stack matches the name fraud-prod-storage.
        print(f"env: dev; for {others}, add -c env=<name>", file=sys.stderr)
    try:
        chosen = settings.load(environment)
    except settings.SettingsError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    add_stacks(app, chosen)
    if app.node.try_get_context("review"):
        # Only a review pays for the security rules.
        from review.rule_packs import add_rule_packs  # noqa: PLC0415

        add_rule_packs(app, chosen.review.rule_packs)
    app.synth()
    return 0


if __name__ == "__main__":
    sys.exit(main())
