"""Servers that are forked end with the program that started them."""

import subprocess
import sys
from pathlib import Path

#: Something that serves until its input ends, in place of local AWS with its imports.
PROGRAM = """
import os
from local_aws.testing import forked

def serve(arguments, environment, input_end, output_end):
    os.write(output_end.fileno(), b"ready\\n")
    try:
        input_end.recv_bytes()
    except EOFError:
        pass

if __name__ == "__main__":
    forked._serve = serve
    forked._forking.set_forkserver_preload = lambda names: None
    server = forked.ForkedServer([], {})
    print(server.stdout.readline())
"""


def test_a_program_ends_that_has_not_stopped_its_server(tmp_path: Path) -> None:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "ready"
