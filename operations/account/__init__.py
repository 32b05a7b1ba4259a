"""The account: session, errors, stacks, job logs, artifacts in S3."""
