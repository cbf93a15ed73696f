"""What the child process takes away from itself before it reads a byte of a hostile file.

Each measure stands alone: where the kernel does not allow one, the others hold, and the parent is told which did. The
limit on descriptors works everywhere: once it is zero the process can open neither a file nor a socket.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from portal.files.enums import Confined

_NEW_USER = 0x10000000
_NEW_OTHERS = 0x40000000 | 0x08000000 | 0x04000000  # network, messages between processes, host name
_NEW_PROCESSES = 0x20000000
_NOBODY = 65534
_SET_PARENT_DEATH_SIGNAL, _SET_DUMPABLE, _SET_NO_NEW_PRIVILEGES = 1, 4, 38
_FEW_THREADS = 8
# The same numbers on x86-64 and on 64-bit ARM.
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT, _LANDLOCK_VERSION_FLAG = 444, 445, 446, 1
_BENEATH = 1
_RIGHTS_OVER_ONE_FILE = 0b1100_0000_0000_0111  # run, write, read, shorten, speak to the device
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many rights over files each version knows
_NETWORK_RIGHTS_FROM, _SCOPES_FROM = 4, 6


@dataclass(frozen=True)
class Limits:
    """Bytes of address space, seconds of processor time."""

    memory: int = 1024 * 1024 * 1024
    processor: int = 60


def leave(*, with_processes: bool = False) -> set[Confined]:
    """Leave the machine's network, and root's rights where this is root. Needs a process of one thread.

    Root leaves the network without a user namespace, which many machines forbid, and becomes nobody afterwards: a root
    could take back each limit that is set here. `with_processes`: what this one starts next is the first process of a
    room of its own, and all that it starts ends with it.
    """
    if not sys.platform.startswith("linux"):
        return set()
    system = ctypes.CDLL(None, use_errno=True)
    others = _NEW_OTHERS | (_NEW_PROCESSES if with_processes else 0)
    done = set()
    if os.geteuid() == 0:
        done |= {Confined.OWN_NETWORK} if system.unshare(others) == 0 else set()
        done |= _become_nobody()
    if Confined.OWN_NETWORK not in done and system.unshare(_NEW_USER | others) == 0:
        done |= {Confined.OWN_NETWORK, Confined.OWN_ACCOUNTS}
    return done | ({Confined.ENDS_WITH_PARENT} if end_with_parent() else set())


def end_with_parent() -> bool:
    return bool(ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0) == 0)


def _become_nobody() -> set[Confined]:
    try:
        os.setgroups([])
        os.setresgid(_NOBODY, _NOBODY, _NOBODY)
        os.setresuid(_NOBODY, _NOBODY, _NOBODY)
    except OSError:
        return set()
    return {Confined.NOBODY}


def close(limits: Limits, *, needs_threads: bool = False, is_alone: bool = False) -> set[Confined]:
    """Give up files, sockets, processes and privileges. Comes last: nothing can be imported afterwards."""
    done = {Confined.LIMITS}
    for name, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_AS, limits.memory),
    ):
        limit(name, most)
    resource.setrlimit(resource.RLIMIT_CPU, (limits.processor, limits.processor + 1))
    if hasattr(resource, "RLIMIT_NPROC"):
        _limit_processes(needs_threads=needs_threads, is_alone=is_alone)
    if sys.platform.startswith("linux"):
        done |= _give_up_rights()
    limit(resource.RLIMIT_NOFILE, 0)
    return done | ({Confined.NO_DESCRIPTORS} if _opens_nothing() else set())


def _limit_processes(*, needs_threads: bool, is_alone: bool) -> None:
    """None, or the few threads that a decoder cannot do without.

    The kernel counts all threads of the account, the portal's too; only in a user namespace of its own does it count
    those of this process alone. Elsewhere a process that needs threads gets no limit. Root is exempt.
    """
    if not needs_threads:
        limit(resource.RLIMIT_NPROC, 0)
    elif is_alone:
        limit(resource.RLIMIT_NPROC, _FEW_THREADS)


def limit(name: int, most: int) -> None:
    _soft, hard = resource.getrlimit(name)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(name, (wanted, wanted))


def _give_up_rights() -> set[Confined]:
    system = ctypes.CDLL(None, use_errno=True)
    system.syscall.restype = ctypes.c_long
    if not give_up_privileges(system):
        return set()
    return {Confined.NO_PRIVILEGES} | ({Confined.NO_FILES} if landlock(system) else set())


def give_up_privileges(system: ctypes.CDLL) -> bool:
    system.prctl(_SET_DUMPABLE, 0, 0, 0, 0)
    return bool(system.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0)


def landlock(system: ctypes.CDLL, allowed: Iterable[tuple[Path, int]] = ()) -> bool:
    """Of all that Landlock knows allow nothing but these rights over these files and folders, if they are there."""
    version = system.syscall(_LANDLOCK_CREATE, None, 0, _LANDLOCK_VERSION_FLAG)
    if version < 1:
        return False
    over_files = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    rights = [over_files]
    rights += [0b11] if version >= _NETWORK_RIGHTS_FROM else []
    rights += [0b11] if version >= _SCOPES_FROM else []
    packed = struct.pack(f"={len(rights)}Q", *rights)
    rules = system.syscall(_LANDLOCK_CREATE, packed, len(packed), 0)
    if rules < 0:
        return False
    try:
        are_in = all(_allow(system, rules, place, right & over_files) for place, right in allowed)
        return are_in and bool(system.syscall(_LANDLOCK_RESTRICT, rules, 0) == 0)
    finally:
        os.close(rules)


def _allow(system: ctypes.CDLL, rules: int, place: Path, rights: int) -> bool:
    """False only if the kernel did not take the rule: what is not there needs none."""
    try:
        opened = os.open(place, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return True
    try:
        fitting = rights if place.is_dir() else rights & _RIGHTS_OVER_ONE_FILE
        rule = struct.pack("=Qi", fitting, opened)
        return bool(system.syscall(_LANDLOCK_ADD, rules, _BENEATH, rule, 0) == 0)
    finally:
        os.close(opened)


def _opens_nothing() -> bool:
    try:
        os.close(os.open("/", os.O_RDONLY))
    except OSError:
        return True
    return False
