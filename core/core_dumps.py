"""No picture of this process' memory on a disk: what is unsealed for a moment must not outlive a crash.

The kernel writes no core file of a process with RLIMIT_CORE 0, and none for a core handler either (systemd and
others take cores whatever the limit) once the process is not dumpable. That also keeps other processes of the same
user from reading its memory.
"""

import ctypes
import logging
import resource
import sys

log = logging.getLogger(__name__)
PR_GET_DUMPABLE, PR_SET_DUMPABLE = 3, 4


def forbid() -> None:
    """Called where a process begins: each web process, the worker, each command."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux" and _prctl(PR_SET_DUMPABLE) != 0:
        log.warning("the kernel may still write a core dump of this process")


def are_forbidden() -> bool:
    is_dumpable = sys.platform == "linux" and _prctl(PR_GET_DUMPABLE) == 1
    return resource.getrlimit(resource.RLIMIT_CORE) == (0, 0) and not is_dumpable


def _prctl(option: int) -> int:
    return ctypes.CDLL(None).prctl(option, 0, 0, 0, 0)
