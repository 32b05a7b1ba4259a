"""The few names that have to be known before a stack exists. Imports no CDK.

Everything else has a name that CloudFormation generates.
"""

from typing import Literal

PROJECT = "fraud"
Unit = Literal["storage", "training", "serving", "observability", "budget"]

#: The endpoint's only production variant; autoscaling and alarms refer to it.
VARIANT_NAME = "AllTraffic"

#: Where in the data bucket the endpoint's captured requests and answers go.
CAPTURE_PREFIX = "captures/"
#: Where in the data bucket training data are.
DATASETS_PREFIX = "datasets/"
#: Where in the data bucket the scores of transform jobs go.
BATCH_PREFIX = "batch/"
#: Where in the artifact bucket the code of training jobs is staged.
CODE_PREFIX = "code/"
#: Where in the data bucket transform jobs may read transactions.
BATCH_INPUT_PREFIXES = (DATASETS_PREFIX, BATCH_PREFIX)

# Parameters of the serving stack.
ARTIFACT_URI_PARAMETER = "ModelArtifactUri"
MANIFEST_SHA256_PARAMETER = "ModelManifestSha256"
DECISION_RULE_PARAMETER = "DecisionRule"
SERVING_IMAGE_PARAMETER = "ServingImageUri"

# SageMaker's own log groups, which are also the namespaces of its metrics about
# instances. Those of jobs are shared by the whole account and region.
ENDPOINTS_LOG_GROUP_PREFIX = "/aws/sagemaker/Endpoints"
TRAINING_JOBS_LOG_GROUP = "/aws/sagemaker/TrainingJobs"
PROCESSING_JOBS_LOG_GROUP = "/aws/sagemaker/ProcessingJobs"
TRANSFORM_JOBS_LOG_GROUP = "/aws/sagemaker/TransformJobs"

DATA_BUCKET_OUTPUT = "DataBucketName"
ARTIFACT_BUCKET_OUTPUT = "ArtifactBucketName"
ENCRYPTION_KEY_OUTPUT = "EncryptionKeyArn"
TRAINING_ROLE_OUTPUT = "TrainingRoleArn"
SERVING_REPOSITORY_OUTPUT = "ServingImageRepositoryUri"
ENDPOINT_OUTPUT = "EndpointName"
MODEL_OUTPUT = "ModelName"
SERVING_ROLE_OUTPUT = "ServingRoleArn"
DECISION_RULE_OUTPUT = "DecisionRuleParameterName"
ALARM_TOPIC_OUTPUT = "AlarmTopicArn"
DASHBOARD_OUTPUT = "DashboardName"
DASHBOARD_URL_OUTPUT = "DashboardUrl"
ALARM_SUBSCRIBER_OUTPUT = "AlarmSubscriber"
HISTORY_TABLE_OUTPUT = "HistoryTableName"
HISTORY_KEY_OUTPUT = "HistoryHashKeySecretArn"
SERVING_DESTROYED_OUTPUT = "ServingDestroyedDailyAt"


def job_name_prefix(environment: str) -> str:
    """Return what the names of an environment's training jobs begin with.

    SageMaker writes each job's artifact below the job's name.
    """
    return f"{PROJECT}-{environment}-"


def checkpoints_prefix(environment: str) -> str:
    """Return where in the artifact bucket jobs of several instances keep checkpoints.

    Below what jobs may write, as their artifacts are.
    """
    return f"{job_name_prefix(environment)}checkpoints/"


def stack_name(environment: str, unit: Unit) -> str:
    """Return ``fraud-dev-storage`` for the storage stack of ``dev``."""
    return f"{PROJECT}-{environment}-{unit}"


def endpoint_name(environment: str) -> str:
    """Return the endpoint's name, fixed so that its log group can precede it."""
    return f"{PROJECT}-{environment}"


def dashboard_name(environment: str) -> str:
    """Return the dashboard's name, by which people find it; one for all regions."""
    return f"{PROJECT}-{environment}"


def endpoint_log_group_name(environment: str) -> str:
    """Return the log group that SageMaker writes the endpoint's logs to."""
    return f"{ENDPOINTS_LOG_GROUP_PREFIX}/{endpoint_name(environment)}"


def metric_namespace(environment: str) -> str:
    """Return the namespace of the metrics that are made of the endpoint's logs."""
    return f"Fraud/{environment}"


def image_build_project_name(environment: str) -> str:
    """Return the name of the CodeBuild project that builds the serving image.

    CloudFormation's own would not begin with the project's, which policies go by.
    """
    return f"{PROJECT}-{environment}-serving-image"


def image_build_log_group_name(environment: str) -> str:
    """Return the log group that CodeBuild writes these builds' logs to."""
    return f"/aws/codebuild/{image_build_project_name(environment)}"
