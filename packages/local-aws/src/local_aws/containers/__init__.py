"""Programs that stand for container images."""
