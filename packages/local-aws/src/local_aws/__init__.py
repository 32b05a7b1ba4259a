"""AWS on this machine: moto's server, with SageMaker and CloudFormation made real."""
