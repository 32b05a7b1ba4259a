"""A real Docker engine: the one that runs here, else Debian's, which leaves nothing.

Debian's engine, its command line and its registry are unpacked into a directory, from
Debian 13, since the engine of Debian 12 knows none of the options that the image is
built with. It runs in a mount namespace of its own with that directory as its root: the
machine gets no package but mmdebstrap, no service, bridge or firewall rule.
"""

import os
import select
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from operations.image.docker import run_docker

DEBIAN, MIRROR = "trixie", "http://deb.debian.org/debian"
PACKAGES = "ca-certificates,docker.io,docker-cli,docker-buildx,docker-registry"
START_SECONDS = 60.0
#: As root in new namespaces: the unpacked Debian becomes the root, in which this
#: machine's trees lie where they lie outside.
ENTER = """
set -e
root=$1 shared=$2
shift 2
mount --make-rprivate /
mount --bind "$root" "$root"
for tree in /sys /dev; do mount --rbind "$tree" "$root$tree"; done
mount -t proc proc "$root/proc"
mkdir -p "$root$shared" "$root/old"
mount --bind "$shared" "$root$shared"
cd "$root"
pivot_root . old
umount -l /old
exec "$@"
"""


class NoEngineError(Exception):
    """There is no Docker engine and none can be had; the message is one sentence."""


@dataclass(frozen=True)
class Engine:
    """An engine, and what its command line needs to find it.

    Attributes
    ----------
    root
        Where Debian's engine is unpacked; None for the machine's own.
    """

    root: Path | None = None
    variables: Mapping[str, str] = field(default_factory=dict)

    def __call__(
        self,
        arguments: Sequence[str],
        *,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> str:
        with changed_environment(self.variables):
            return run_docker(arguments, stdin=stdin, environment=environment)

    def try_out(
        self, arguments: Sequence[str], *, stdin: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run what may fail."""
        return subprocess.run(
            ["docker", *arguments],
            input=stdin,
            env={**os.environ, **self.variables},
            capture_output=True,
            text=True,
            check=False,
        )


@contextmanager
def changed_environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def running_engine(directory: Path) -> Iterator[Engine]:
    """Yield an engine; what was started for it ends with the block.

    Raises
    ------
    NoEngineError
        If none runs here and none can be started.
    """
    if answers({}):
        yield Engine()
        return
    root = directory / "root"
    unpack(root, PACKAGES)
    state, configuration = directory / "docker", directory / "dockerd.json"
    # The store whose manifests are OCI's unless the build says otherwise.
    configuration.write_text('{"features": {"containerd-snapshotter": true}}')
    variables = {
        "DOCKER_HOST": f"unix://{state}/socket",
        "DOCKER_CONFIG": str(directory / "config"),
        "PATH": f"{link_tools(root, directory)}:{os.environ['PATH']}",
    }
    log = directory / "dockerd.log"
    with process(root, directory, dockerd(state, configuration), log=log):
        until(lambda: answers(variables), "dockerd", log)
        yield Engine(root, variables)


@contextmanager
def running_registry(engine: Engine, directory: Path) -> Iterator[str]:
    """Yield host and port of a registry on this machine."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    if engine.root is None:
        publish = f"{address}:5000"
        image = "public.ecr.aws/docker/library/registry:2"
        name = engine(["run", "--detach", "--rm", "--publish", publish, image]).strip()
        try:
            until(lambda: reachable(address), "registry", None)
            yield address
        finally:
            engine(["kill", name])
        return
    configuration, log = directory / "registry.yml", directory / "registry.log"
    configuration.write_text(
        "version: 0.1\n"
        f"storage: {{filesystem: {{rootdirectory: '{directory}/registry'}}}}\n"
        f"http: {{addr: '{address}'}}\n"
    )
    command = ["docker-registry", "serve", str(configuration)]
    with process(engine.root, directory, command, log=log):
        until(lambda: reachable(address), "docker-registry", log)
        yield address


def unpack(root: Path, packages: str) -> None:
    """Unpack Debian with some packages.

    Raises
    ------
    NoEngineError
        If this machine is no Debian, or we are not root.
    """
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise NoEngineError(
            "No Docker engine answers here, and only root on a Debian can start one "
            "for the tests: start Docker 23 or newer, or run this as root on Debian."
        )
    if not shutil.which("mmdebstrap"):
        quiet(["apt-get", "update"])
        quiet(["apt-get", "install", "--yes", "--no-install-recommends", "mmdebstrap"])
    options = ["--variant=minbase", f"--include={packages}"]
    quiet(["mmdebstrap", *options, DEBIAN, str(root), MIRROR])


def link_tools(root: Path, directory: Path) -> Path:
    """Make the unpacked command line and its build plugin this machine's own."""
    tools, plugins = directory / "bin", directory / "config" / "cli-plugins"
    for folder in (tools, plugins):
        folder.mkdir(parents=True)
    (tools / "docker").symlink_to(root / "usr/bin/docker")
    buildx = root / "usr/libexec/docker/cli-plugins/docker-buildx"
    (plugins / "docker-buildx").symlink_to(buildx)
    return tools


def dockerd(state: Path, configuration: Path) -> list[str]:
    """Command of an engine without networks, whose containers need none either."""
    return [
        "dockerd",
        *("--host", f"unix://{state}/socket", "--pidfile", f"{state}/pid"),
        *("--data-root", f"{state}/data", "--exec-root", f"{state}/run"),
        *("--iptables=false", "--ip6tables=false", "--bridge=none"),
        *("--config-file", str(configuration)),
    ]


@contextmanager
def process(
    root: Path, shared: Path, command: list[str], *, log: Path
) -> Iterator[None]:
    """Run a command from its own root, until the block ends, or this process.

    In process and mount namespaces of its own: with their first process all others
    end, and every mount goes.
    """
    enter = [
        *("setpriv", "--pdeathsig", "KILL"),
        *("unshare", "--mount", "--pid", "--fork", "--kill-child"),
        *("sh", "-c", ENTER, "sh", str(root), str(shared)),
    ]
    with log.open("w") as output:
        started = subprocess.Popen(
            [*enter, *command], stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        first = Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text()
        waiting = [os.pidfd_open(int(number)) for number in first.split()]
        started.kill()
        started.wait()
        for descriptor in waiting:
            select.select([descriptor], [], [], START_SECONDS)
            os.close(descriptor)


def quiet(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-500:]
        raise NoEngineError(f"{command[0]} ended with {done.returncode}: {said}")


def answers(variables: Mapping[str, str]) -> bool:
    """Whether an engine answers that Docker's command line finds."""
    try:
        done = subprocess.run(
            ["docker", "info", "--format", "{{.ServerVersion}}"],
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return False
    return done.returncode == 0 and bool(done.stdout.strip())


def reachable(address: str) -> bool:
    host, _, port = address.partition(":")
    with socket.socket() as client:
        return client.connect_ex((host, int(port))) == 0


def until(condition: Callable[[], bool], name: str, log: Path | None) -> None:
    """Wait for a condition, polling.

    Raises
    ------
    NoEngineError
        If it does not come.
    """
    deadline = time.monotonic() + START_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            said = log.read_text()[-1000:] if log else ""
            raise NoEngineError(f"{name} does not answer: {said}")
        time.sleep(0.2)
