"""Take back what editable installs put on the path: a container sees no checkout.

Containers run with this machine's interpreter, whose site-packages may name folders of
source code in ``*.pth`` files. Python imports this module after it has read them. A
training job's hosts also find each other by name.
"""

import os
import site
import sys
from pathlib import Path


def _folders_of_editable_installs() -> set[str]:
    found = set()
    for packages in map(Path, site.getsitepackages()):
        for file in packages.glob("*.pth"):
            for line in file.read_text(encoding="utf-8").splitlines():
                if line and not line.startswith(("#", "import ", "import\t")):
                    found.add(str((packages / line).resolve()))
    return found


_left_out = _folders_of_editable_installs()
sys.path[:] = [path for path in sys.path if path not in _left_out]

if "LOCAL_AWS_HOSTS" in os.environ:
    import container_hosts  # type: ignore[import-not-found]  # beside this file

    container_hosts.install()
