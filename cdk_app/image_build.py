"""How the project's serving image is built, here and in the account. Imports no CDK."""

#: Of serverless endpoints and of the instance types that the settings allow.
PLATFORM = "linux/amd64"

#: Arguments of ``docker`` that build from the project's directory. SageMaker takes
#: Docker's image manifest, schema 2, and no OCI one, which newer BuildKits write by
#: themselves, and always for attestations.
#: https://github.com/aws/amazon-sagemaker-feedback/issues/180
BUILD_ARGUMENTS = (
    *("build", "--file", "serving/Dockerfile", "--platform", PLATFORM),
    *("--provenance=false", "--sbom=false"),
    *("--output", "type=image,oci-mediatypes=false"),
)

#: In the environment's artifact bucket: where the sources of the next build lie.
SOURCES_KEY = "serving-image/sources.zip"

#: The environment variable of a build that names the image's tag.
TAG_VARIABLE = "IMAGE_TAG"
