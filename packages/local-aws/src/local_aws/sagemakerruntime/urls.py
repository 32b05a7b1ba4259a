"""Where the SageMaker runtime answers."""

from local_aws.sagemakerruntime.responses import SageMakerRuntimeResponse

url_bases = [r"https?://runtime\.sagemaker\.(.+)\.amazonaws\.com"]

url_paths = {
    "{0}/endpoints/(?P<name>[^/]+)/invocations$": SageMakerRuntimeResponse.dispatch
}
