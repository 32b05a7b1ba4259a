"""Every kind of resource that is audited, in the order in which to delete.

What acts on others goes first (schedules, scaling), then what costs most, then what
others refer to.
"""

from operations.leftovers.kinds import (
    builds,
    governance,
    histories,
    keys,
    monitoring,
    network,
    sagemaker,
    storage,
)
from operations.leftovers.resources import Kind

KINDS: tuple[Kind, ...] = (
    governance.SCHEDULE_GROUPS,
    governance.SCHEDULES,
    sagemaker.SCALABLE_TARGETS,
    sagemaker.ENDPOINTS,
    sagemaker.ENDPOINT_CONFIGS,
    sagemaker.MODELS,
    sagemaker.TRAINING_JOBS,
    sagemaker.TRANSFORM_JOBS,
    monitoring.ALARMS,
    monitoring.DASHBOARDS,
    monitoring.LOG_GROUPS,
    storage.BUCKETS,
    builds.PROJECTS,
    storage.REPOSITORIES,
    governance.BUDGETS,
    governance.PARAMETERS,
    histories.TABLES,
    histories.SECRETS,
    keys.KEYS,
    network.VPC_ENDPOINTS,
    network.NETWORK_INTERFACES,
)
