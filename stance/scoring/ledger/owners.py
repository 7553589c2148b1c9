"""Who holds a claim, and whether that process still runs."""

from __future__ import annotations

import os
import secrets
import socket
from pathlib import Path


def this_owner() -> str:
    """A new owner in this process: `host:pid:start:token`.

    The host carries the number of its process namespace, since two containers may bear
    one name; `start` tells this process from a later one with the same number, and the
    token tells two owners in one process apart.
    """
    pid = os.getpid()
    return f"{_host()}:{pid}:{_start(pid) or ''}:{secrets.token_hex(4)}"


def is_gone(owner: str) -> bool:
    """Whether an owner's process is known to have ended.

    Args:
        owner: What `this_owner` gave, in any process on any host.

    Returns:
        True only for a process of this host; False wherever that cannot be told.
    """
    host, pid, start, _ = owner.rsplit(":", 3)
    if host != _host() or not start:
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _start(int(pid)) != start


def _host() -> str:
    try:
        namespace = str(Path("/proc/self/ns/pid").readlink())
    except OSError:
        namespace = ""
    return f"{socket.gethostname()}/{namespace.strip('pid:[]')}"


def _start(pid: int) -> str | None:
    """When a process began, in ticks since the machine did; None if it ended or none can tell."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The name, in brackets, may hold spaces and brackets itself.
    state, *fields = text.rpartition(")")[2].split()
    return None if state in "ZX" else fields[18]
