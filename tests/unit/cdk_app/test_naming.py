import subprocess
import sys

from cdk_app import naming, settings, tags


def test_names_carry_the_environment() -> None:
    assert naming.stack_name("dev", "serving") == "fraud-dev-serving"
    assert naming.endpoint_name("dev") == "fraud-dev"
    assert naming.endpoint_log_group_name("dev") == "/aws/sagemaker/Endpoints/fraud-dev"


def test_tags_tell_project_and_environment_and_whatever_the_settings_add() -> None:
    assert tags.project_tags(settings.load("dev")) == {
        "Project": "fraud-endpoint",
        "Environment": "dev",
        "CostCenter": "fraud-development",
    }


def test_launching_and_invoking_load_no_cdk() -> None:
    """What `launch` and `score` import starts in a fraction of the CDK's time."""
    code = (
        "import sys, cdk_app.settings, cdk_app.naming, cdk_app.tags, cdk_app.images; "
        "sys.exit(any(name.split('.')[0] in {'aws_cdk', 'jsii', 'constructs'} "
        "for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
