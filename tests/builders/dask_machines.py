"""A Dask scheduler and workers that stand as on other machines: another folder and home, and no sight of the run."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.builders.year import ROOT


@dataclass(frozen=True, slots=True)
class Machines:
    """The address of the scheduler, its process and those of the workers."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: tuple[subprocess.Popen[bytes], ...]


def can_hide_folders() -> bool:
    """Return whether a process can be started that does not see some folders."""
    program = shutil.which("unshare")
    if program is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    return subprocess.run([program, "--mount", "true"], capture_output=True, check=False).returncode == 0


@contextmanager
def start_machines(
    root: Path, environment: Mapping[str, str], *, workers: int = 2, hidden: Sequence[Path] = ()
) -> Iterator[Machines]:
    """Yield a scheduler and its workers, which end with the block; the workers do not see the *hidden* folders."""
    port = _find_free_port()
    address = f"tcp://127.0.0.1:{port}"
    home = root / "别的机器"
    home.mkdir(parents=True)
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT", "HESUAN"))}
    settings |= {**environment, "HOME": str(home)}
    settings["PYTHONPATH"] = os.pathsep.join([environment.get("PYTHONPATH", ""), str(ROOT)])
    scheduler_arguments = ["--host", "127.0.0.1", "--port", str(port), "--no-dashboard"]
    worker_arguments = [address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(home)]
    processes: list[subprocess.Popen[bytes]] = []
    try:
        processes.append(_start("dask_scheduler", scheduler_arguments, home, settings))
        for _ in range(workers):
            worker = _start("dask_worker", worker_arguments, home, settings, hidden=hidden)
            processes.append(worker)
        yield Machines(address, processes[0], tuple(processes[1:]))
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait(60)


def _start(
    module: str, arguments: Sequence[str], home: Path, settings: Mapping[str, str], *, hidden: Sequence[Path] = ()
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments]
    if hidden:
        mounts = "".join(f"mount -t tmpfs none '{folder}' && " for folder in hidden)
        command = ["unshare", "--mount", "sh", "-c", f'{mounts}exec "$0" "$@"', *command]
    return subprocess.Popen(command, cwd=home, env=settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _find_free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
