"""Start a SageMaker training job, follow it, and tell how to deploy its model."""
