"""The account: session, errors, stacks, artifacts in S3."""
