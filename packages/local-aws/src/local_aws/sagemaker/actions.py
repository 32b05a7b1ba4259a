"""What becomes of each action of SageMaker: run, recorded, or else refused by name.

moto answers a processing job, a tuner or a pipeline with `Completed` and runs nothing.
A result that nobody computed is worse than none, so what is not listed here is refused,
also if moto has it.
"""

#: Something happens: processes start, requests are answered, traffic shifts.
RUN = frozenset(
    {
        "CreateEndpoint",
        "CreateTrainingJob",
        "CreateTransformJob",
        "DeleteEndpoint",
        "StopTrainingJob",
        "StopTransformJob",
        "UpdateEndpoint",
        "UpdateEndpointWeightsAndCapacities",
    }
)

#: Kept and shown as in AWS, where these start nothing either.
RECORDED = frozenset(
    {
        "AddTags",
        "AssociateTrialComponent",
        "CreateEndpointConfig",
        "CreateExperiment",
        "CreateModel",
        "CreateModelCard",
        "CreateModelPackage",
        "CreateModelPackageGroup",
        "CreateNotebookInstanceLifecycleConfig",
        "CreateTrial",
        "CreateTrialComponent",
        "DeleteEndpointConfig",
        "DeleteExperiment",
        "DeleteModel",
        "DeleteModelCard",
        "DeleteNotebookInstanceLifecycleConfig",
        "DeleteTags",
        "DeleteTrial",
        "DeleteTrialComponent",
        "DescribeEndpoint",
        "DescribeEndpointConfig",
        "DescribeExperiment",
        "DescribeModel",
        "DescribeModelCard",
        "DescribeModelPackage",
        "DescribeModelPackageGroup",
        "DescribeNotebookInstanceLifecycleConfig",
        "DescribeTrainingJob",
        "DescribeTransformJob",
        "DescribeTrial",
        "DescribeTrialComponent",
        "DisassociateTrialComponent",
        "ListEndpointConfigs",
        "ListEndpoints",
        "ListExperiments",
        "ListModelCardVersions",
        "ListModelCards",
        "ListModelPackageGroups",
        "ListModelPackages",
        "ListModels",
        "ListTags",
        "ListTrainingJobs",
        "ListTransformJobs",
        "ListTrialComponents",
        "ListTrials",
        "Search",
        "UpdateModelCard",
        "UpdateModelPackage",
        "UpdateTrialComponent",
        # Lists of what cannot be made here: empty, as in a new account.
        "ListAutoMLJobs",
        "ListClusters",
        "ListCompilationJobs",
        "ListDataQualityJobDefinitions",
        "ListDomains",
        "ListHyperParameterTuningJobs",
        "ListModelBiasJobDefinitions",
        "ListModelExplainabilityJobDefinitions",
        "ListModelQualityJobDefinitions",
        "ListNotebookInstances",
        "ListPipelines",
        "ListProcessingJobs",
    }
)

#: Members of requests that would be dropped in silence, by action.
REFUSED_MEMBERS = {
    "CreateEndpointConfig": (
        "AsyncInferenceConfig",
        "ShadowProductionVariants",
        "ExplainerConfig",
        "ExecutionRoleArn",  # of inference components
    ),
    "CreateModel": ("InferenceExecutionConfig",),
    "CreateTrainingJob": ("RetryStrategy", "SessionChainingConfig", "MlflowConfig"),
}
