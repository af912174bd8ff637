"""The clock engines live by: it counts what a family of processes computes, and stands still while all of them wait."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.cpu_clock import CpuClock

SPINS = """
import os, time
begun, used = time.monotonic(), time.process_time()
if os.fork() == 0:
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        pass
    os._exit(0)
os.wait()
print(time.monotonic() - begun, time.process_time() - used)
"""

WAITS = """
import threading, time
begun, used = time.monotonic(), time.process_time()
held = threading.Lock()
held.acquire()
held.acquire(timeout=0.3)
print(time.monotonic() - begun, time.process_time() - used)
"""

QUEUES = """
import threading, time
spent = 0.0

def hold():
    # One call that keeps the interpreter to itself while it computes.
    global spent
    begun = time.thread_time()
    pow(7, 3_000_000)
    spent = time.thread_time() - begun

thread = threading.Thread(target=hold)
begun = time.process_time()
thread.start()
while thread.is_alive():
    pass
print(time.process_time() - begun, spent)
"""


@pytest.fixture
def clock() -> CpuClock:
    built = CpuClock.build()
    if built.library is None:
        pytest.skip("no C compiler: engines keep to wall seconds here")
    return built


def told(clock: CpuClock, program: str, page: Path) -> tuple[float, float]:
    """Seconds by the clock and by the system's count of the process itself."""
    environment = {**os.environ, **clock.environment(page)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    shown, used = done.stdout.split()
    return float(shown), float(used)


def test_what_a_child_computes_is_time_for_its_parent(clock: CpuClock, tmp_path: Path) -> None:
    shown, used = told(clock, SPINS, tmp_path / "page")
    assert shown >= 0.3
    assert used < 0.1


def test_waiting_is_no_time(clock: CpuClock, tmp_path: Path) -> None:
    shown, used = told(clock, WAITS, tmp_path / "page")
    assert shown == pytest.approx(used, abs=0.01)
    assert shown < 0.1


def test_waiting_for_the_interpreter_is_no_work(clock: CpuClock, tmp_path: Path) -> None:
    everybody, holder = told(clock, QUEUES, tmp_path / "page")
    assert holder > 0.1
    assert everybody < 1.5 * holder
