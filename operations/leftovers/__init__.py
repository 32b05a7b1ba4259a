"""What an environment left in the account, what it costs, and how to remove it.

The only part of ``cdk_app`` that talks to AWS, through boto3 and its own settings
(environment variables, profile, ``AWS_ENDPOINT_URL``).
"""
