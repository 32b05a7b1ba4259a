"""Tests against a whole AWS.

The fixture `local_aws` (a pytest plugin) is a running server, one a test module,
forked from a process that has imported what all need:

    def test_a_bucket_can_be_made(local_aws: LocalAws) -> None:
        local_aws.client("s3").create_bucket(Bucket="mine")

`running` has its type, `stacks` deploys templates, `sagemaker_resources` makes jobs,
models and endpoints, `load` asks an endpoint all the while.
"""
