"""CodeBuild: builds that build and push container images."""
