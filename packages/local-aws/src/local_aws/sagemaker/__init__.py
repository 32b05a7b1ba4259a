"""SageMaker: moto's, with jobs that run and endpoints that serve."""
