"""For tests that need AWS: the `local_aws` fixture, stacks, endpoints, load."""
