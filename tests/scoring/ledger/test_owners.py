from __future__ import annotations

import subprocess
import sys
import threading

import pytest

from stance.scoring.ledger.owners import is_gone, this_owner

CODE = "from stance.scoring.ledger.owners import this_owner; print(this_owner(), flush=True); "

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of processes")


def _owner(code: str) -> tuple[subprocess.Popen[str], str]:
    process = subprocess.Popen(
        [sys.executable, "-c", CODE + code],
        stdout=subprocess.PIPE,
        stdin=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, process.stdout.readline().strip()


def test_a_process_that_runs_is_not_gone() -> None:
    process, owner = _owner("input()")
    with process:
        assert not is_gone(owner)
        process.communicate("\n")
    assert is_gone(owner)


def test_a_killed_process_that_nobody_has_waited_for_is_gone() -> None:
    process, owner = _owner("input()")
    with process:
        process.kill()
        assert process.stdout
        process.stdout.read()
        for _ in range(200):
            if is_gone(owner):
                break
            threading.Event().wait(0.05)
        assert is_gone(owner)


def test_a_later_process_with_the_same_number_is_another() -> None:
    host, pid, start, token = this_owner().rsplit(":", 3)
    assert not is_gone(f"{host}:{pid}:{start}:{token}")
    assert is_gone(f"{host}:{pid}:{int(start) - 1}:{token}")


def test_a_process_on_another_host_is_never_taken_for_gone() -> None:
    assert not is_gone("elsewhere/1:999999999:5:aa")


def test_two_owners_in_one_process_differ() -> None:
    assert this_owner() != this_owner()
