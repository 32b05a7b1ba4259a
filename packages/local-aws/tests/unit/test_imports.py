"""What a server does not import before it is asked for it."""

import subprocess
import sys

PROGRAM = """
import sys
from local_aws.services import dispatcher
from local_aws.patches import apply_to
dispatcher()
apply_to("ssm")
assert "moto.ec2" not in sys.modules
from moto.ssm.models import ec2_backends
print(type(ec2_backends["123456789012"]["us-east-1"]).__name__)
"""


def test_a_server_with_parameters_imports_no_ec2_until_a_command_asks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "EC2Backend", done.stderr
