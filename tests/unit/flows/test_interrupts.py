"""Ctrl+C reaches the process that was started, not its children."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Starts a child as multiprocessing does, and tells when both are ready; the child ends when its input closes.
PROGRAM = """
import multiprocessing, sys, time
from flows.prefect_support.interrupts import watch_interrupts

def wait(connection):
    connection.send("ready")
    print(connection.recv(), flush=True)

if __name__ == "__main__":
    held = sys.argv[1] == "held"
    with watch_interrupts() as watch:
        ours, theirs = multiprocessing.get_context("spawn").Pipe()
        child = multiprocessing.get_context("spawn").Process(target=wait, args=(theirs,))
        child.start()
        ours.recv()
        try:
            if held:
                with watch.hold():
                    print("ready", flush=True)
                    assert watch.was_pressed.wait(60)
            else:
                print("ready", flush=True)
                for _ in range(600):
                    time.sleep(0.1)
        except KeyboardInterrupt:
            print("interrupted", flush=True)
        ours.send("child lived")
        child.join()
"""


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="signals cannot be masked here")
@pytest.mark.parametrize(("mode", "expected"), [("held", ["child lived"]), ("free", ["interrupted", "child lived"])])
def test_children_do_not_see_it(mode: str, expected: list[str], tmp_path: Path) -> None:
    """A terminal sends the signal to the whole group: the child goes on, and the parent acts as it has chosen."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, str(program), mode],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        os.killpg(process.pid, signal.SIGINT)
        try:
            out, err = process.communicate(timeout=120)
        finally:
            process.kill()
    assert process.returncode == 0, err
    assert out.split("\n")[:-1] == expected
    assert err == ""
