"""Every kind of resource that is audited, in the order in which to delete.

What acts on others goes first (schedules, scaling), then what costs most, then what
others refer to.
"""

from operations.leftovers.kinds import (
    builds,
    governance,
    hosting,
    images,
    jobs,
    keys,
    log_groups,
    monitoring,
    network,
    objects,
    scaling,
)
from operations.leftovers.kinds.kind import Kind

KINDS: tuple[Kind, ...] = (
    governance.SCHEDULE_GROUPS,
    governance.SCHEDULES,
    scaling.SCALABLE_TARGETS,
    hosting.ENDPOINTS,
    hosting.ENDPOINT_CONFIGS,
    hosting.MODELS,
    jobs.TRAINING_JOBS,
    jobs.TRANSFORM_JOBS,
    monitoring.ALARMS,
    monitoring.DASHBOARDS,
    log_groups.LOG_GROUPS,
    objects.BUCKETS,
    builds.PROJECTS,
    images.REPOSITORIES,
    governance.BUDGETS,
    governance.PARAMETERS,
    keys.KEYS,
    network.VPC_ENDPOINTS,
    network.NETWORK_INTERFACES,
)

__all__ = ["KINDS", "Kind"]
