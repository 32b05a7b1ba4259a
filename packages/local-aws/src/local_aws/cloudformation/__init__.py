"""CloudFormation, with its own engine."""
