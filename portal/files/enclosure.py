"""What a program of others gives up that converts documents: all files but its own folder, and the network.

Unlike the child process of `confinement`, it opens files and starts threads. So the walls are the kernel's: Landlock
for files, a filter of system calls for sockets. Where one of them is missing, `is_enough` says no, and nothing is run.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import resource
import socket
import struct
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from portal.files import confinement
from portal.files.enums import Confined

_GIGABYTE = 1024 * 1024 * 1024
_MANY_THREADS = 256


@dataclass(frozen=True)
class Bounds:
    """Bytes of address space, of one file and of the whole folder, seconds of processor time, open files."""

    memory: int = 4 * _GIGABYTE
    file: int = 128 * 1024 * 1024
    folder: int = 512 * 1024 * 1024
    processor: int = 60
    files: int = 256


def enclose(folder: Path, program: Path, *, is_alone: bool, bounds: Bounds) -> set[Confined]:
    """Keep this process, and all that it starts from now on, to `folder`, to the system's programs, and to itself.

    Python imports nothing afterwards.
    """
    done = {Confined.LIMITS}
    confinement.limit(resource.RLIMIT_CORE, 0)
    confinement.limit(resource.RLIMIT_AS, bounds.memory)
    confinement.limit(resource.RLIMIT_FSIZE, bounds.file)
    confinement.limit(resource.RLIMIT_CPU, bounds.processor)
    confinement.limit(resource.RLIMIT_NOFILE, bounds.files)
    if is_alone:  # elsewhere the kernel would count the portal's own threads
        confinement.limit(resource.RLIMIT_NPROC, _MANY_THREADS)
    if not sys.platform.startswith("linux"):
        return done
    system = ctypes.CDLL(None, use_errno=True)
    system.syscall.restype = ctypes.c_long
    if not confinement.give_up_privileges(system):
        return done
    done.add(Confined.NO_PRIVILEGES)
    if confinement.landlock(system, [*_readable(program), (folder, _OWN)]):
        done.add(Confined.OWN_FOLDER)
    if _filter_calls(system):
        done.add(Confined.NO_SOCKETS)
    return done


def is_enough(done: Iterable[Confined]) -> bool:
    """Whether a program may meet a hostile file: it reaches neither our keys and databases nor the network."""
    held = set(done)
    return Confined.OWN_FOLDER in held and bool(held & {Confined.NO_SOCKETS, Confined.OWN_NETWORK})


# Rights of Landlock: run, write a file, read one, read a folder. Its own folder: all but to run and to make devices.
_RUN, _WRITE, _READ, _LIST = 1 << 0, 1 << 1, 1 << 2, 1 << 3
_MAKE_DEVICES = (1 << 6) | (1 << 11)
_OWN = 0xFFFF & ~_RUN & ~_MAKE_DEVICES
# No `/etc` as a whole, no `/proc`, `/home`, `/opt` or `/srv`, where a portal and its keys may be: only what a program
# needs to start and to draw letters.
_PROGRAMS = ("/usr/bin", "/usr/lib", "/usr/lib64", "/usr/share", "/bin", "/lib", "/lib64")
_SETTINGS = (
    *("/etc/fonts", "/etc/libreoffice", "/etc/ld.so.cache", "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd"),
    *(
        "/var/cache/fontconfig",
        "/var/lib/libreoffice",
        "/var/spool/libreoffice",
        "/dev/urandom",
        "/dev/random",
        "/dev/zero",
    ),
)


def _readable(program: Path) -> list[tuple[Path, int]]:
    places = [(Path(place), _RUN | _READ | _LIST) for place in _PROGRAMS]
    places += [(Path(place), _READ | _LIST) for place in _SETTINGS]
    return [*places, (_installed_in(program), _RUN | _READ | _LIST), (Path("/dev/null"), _READ | _WRITE)]


def _installed_in(program: Path) -> Path:
    """LibreOffice's own folder, in which its programs lie in `program`; elsewhere the folder of the program alone."""
    folder = program.resolve().parent
    return folder.parent if folder.name == "program" else folder


@dataclass(frozen=True)
class _Machine:
    """Numbers of system calls on a kind of processor (the kernel's tables), and how the kernel calls that kind."""

    audit: int
    sockets: tuple[int, int]
    pretended: tuple[int, ...]
    refused: tuple[int, ...]


# Sockets: one, a pair; of streams only, since a datagram needs no connection.
# Pretended: bind, listen. LibreOffice opens a door in `/tmp`, by which a second start would find the first, and does
# not start without. It is told that the door is there.
# Refused: connect, ptrace, process_vm_readv, process_vm_writev, unshare, setns, mount, bpf, perf_event_open,
# userfaultfd, add_key, request_key, keyctl; then, the same everywhere, io_uring_setup and pidfd_getfd.
_EVERYWHERE = (425, 438)
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E, (41, 53), (49, 50), (42, 101, 310, 311, 272, 308, 165, 321, 298, 323, 248, 249, 250, *_EVERYWHERE)
    ),
    "aarch64": _Machine(
        0xC00000B7,
        (198, 199),
        (200, 201),
        (203, 117, 270, 271, 97, 268, 40, 280, 241, 282, 217, 218, 219, *_EVERYWHERE),
    ),
}
_SET_SECCOMP, _SECCOMP_FILTER = 22, 2
_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06  # of the classic packet filter
_ALLOW, _PRETEND, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x00050000 | errno.EPERM, 0x80000000
_NUMBER_AT, _MACHINE_AT, _FIRST_AT, _SECOND_AT = 0, 4, 16, 24
_OTHER_TABLE = 0x40000000  # from here on the x86-64 kernel knows every call a second time
_KIND_OF_SOCKET = 0xF


def _filter_calls(system: ctypes.CDLL) -> bool:
    """Sockets only between its own processes, and never connected: nobody else's can be reached, by no address."""
    machine = _MACHINES.get(platform.machine())
    if machine is None or sys.byteorder != "little":
        return False
    steps = _steps(machine)
    program = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    header = ctypes.create_string_buffer(struct.pack("@HP", len(steps), ctypes.addressof(program)))
    if system.prctl(_SET_SECCOMP, _SECCOMP_FILTER, header, 0, 0) != 0:
        return False
    return _connects_to_nothing()


def _steps(machine: _Machine) -> list[tuple[int, int, int, int]]:
    """Each step: what to do, how many to pass over if it holds, how many if not, with which number."""
    steps = [
        (_LOAD, 0, 0, _MACHINE_AT),
        (_EQUAL, 1, 0, machine.audit),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, _NUMBER_AT),
        (_AT_LEAST, 0, 1, _OTHER_TABLE),
        (_RETURN, 0, 0, _KILL),
    ]
    for number in machine.refused:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _REFUSE)]
    for number in machine.pretended:
        steps += [(_EQUAL, 0, 1, number), (_RETURN, 0, 0, _PRETEND)]
    return [
        *steps,
        (_EQUAL, 2, 0, machine.sockets[0]),
        (_EQUAL, 1, 0, machine.sockets[1]),
        (_RETURN, 0, 0, _ALLOW),
        (_LOAD, 0, 0, _FIRST_AT),
        (_EQUAL, 0, 3, socket.AF_UNIX),
        (_LOAD, 0, 0, _SECOND_AT),
        (_AND, 0, 0, _KIND_OF_SOCKET),
        (_EQUAL, 1, 0, socket.SOCK_STREAM),
        (_RETURN, 0, 0, _REFUSE),
        (_RETURN, 0, 0, _ALLOW),
    ]


def _connects_to_nothing() -> bool:
    try:
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).close()
    except OSError:
        return True
    return False
