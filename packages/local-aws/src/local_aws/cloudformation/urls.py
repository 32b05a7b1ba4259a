"""Where CloudFormation answers."""

from local_aws.cloudformation.responses import CloudFormationResponse

url_bases = [r"https?://cloudformation\.(.+)\.amazonaws\.com"]

url_paths = {"{0}/$": CloudFormationResponse.dispatch}
