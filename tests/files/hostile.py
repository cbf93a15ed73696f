"""What a child process does once a file has taken it over: each function is an entry for `running.Maker`.

The last ones are entries for the process around LibreOffice, on machines that lack something, or taken over.
"""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import struct
import sys
import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from portal.files import child, confinement, converter, enclosure, wire
from portal.files.confinement import Limits
from portal.files.enclosure import Bounds
from portal.files.enums import Kind, Title
from portal.files.wire import Delivery
from tests.files import plain

Making = Callable[[bytes, Delivery], None]


def doing(make: Making, **limits: int) -> None:
    child.serve(lambda kind: make, Limits(**limits))


def say(out: Delivery, *words: object) -> None:
    out.text("\n".join(str(word) for word in words), title=Title.TEXT)


def eat_memory() -> None:
    def make(data: bytes, out: Delivery) -> None:
        held = []
        while True:
            held.append(bytearray(16 * 1024 * 1024))

    doing(make, memory=256 * 1024 * 1024)


def never_end() -> None:
    def make(data: bytes, out: Delivery) -> None:
        threading.Event().wait()

    doing(make)


def compute_for_ever() -> None:
    def make(data: bytes, out: Delivery) -> None:
        while True:
            pass

    doing(make, processor=1)


def never_read() -> None:
    threading.Event().wait()


def crash() -> None:
    doing(lambda data, out: say(out, ctypes.string_at(0)))


def abort() -> None:
    doing(lambda data, out: os.abort())


def be_killed() -> None:
    doing(lambda data, out: os.kill(os.getpid(), signal.SIGKILL))


def deliver_too_many_parts() -> None:
    def make(data: bytes, out: Delivery) -> None:
        for number in range(wire.MOST_PARTS + 5):
            say(out, number)

    doing(make)


def leave_early() -> None:
    doing(lambda data, out: os._exit(0))


def fail_after_answering() -> None:
    doing(lambda data, out: say(out, "all is well"))
    os._exit(3)


def raise_something() -> None:
    def make(data: bytes, out: Delivery) -> None:
        say(out, "half a copy")
        raise RecursionError

    doing(make)


def chatter() -> None:
    def make(data: bytes, out: Delivery) -> None:
        os.write(1, b"warning: this file is odd\n" * 1000)
        os.write(2, b"error\n" * 1000)
        say(out, "a copy all the same")

    doing(make)


def flood() -> None:
    def make(data: bytes, out: Delivery) -> None:
        while True:
            raw(b"T" * (1024 * 1024))

    doing(make)


def raw(frame: bytes) -> None:
    """Write to the pipe of answers past all that is meant to write there."""
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, frame)
        except OSError:
            continue
        return


def frame(mark: bytes, content: bytes) -> bytes:
    return wire.FRAME.pack(mark, len(content)) + content


LIES = {
    "no mark": b"Zgarbage",
    "unknown mark": frame(b"Z", b"x"),
    "unknown word": frame(b"F", b"all is well"),
    "length beyond the end": wire.FRAME.pack(b"T", 2**31) + b"x",
    "text that is none": frame(b"T", wire.PART.pack(0, 0, 0) + b"\xff\xfe"),
    "control characters": frame(b"T", wire.PART.pack(0, 0, 0) + "a\u202eb".encode()),
    "unknown title": frame(b"T", wire.PART.pack(999, 0, 0) + b"x"),
    "name beyond the part": frame(b"T", wire.PART.pack(0, 0, 500) + b"x"),
    "part too short": frame(b"T", b"x"),
    "picture with metadata": frame(b"P", wire.PART.pack(0, 0, 0) + plain.jpeg_with_metadata()),
    "picture that is a page": frame(b"P", wire.PART.pack(0, 0, 0) + b"<html><script>x()</script>"),
    "two ends": frame(b"E", b""),
    "more after the end": frame(b"E", b"") + frame(b"F", b"macros"),
    "unknown fact": frame(b"M", b"shoe size\x0042"),
    "fact too long": frame(b"M", b"author\0" + b"x" * 5000),
    "too many rows": frame(b"B", wire.PART.pack(0, 0, 0) + wire.ROW.encode() * 6000),
    "too many parts": frame(b"T", wire.PART.pack(0, 0, 0) + b"x") * 500,
    "a pickle": frame(b"E", b"cos\nsystem\n(S'true'\ntR."),
}


def lie() -> None:
    doing(lambda data, out: raw(LIES[data.decode()]))


def look_at_environment() -> None:
    doing(lambda data, out: say(out, *sorted(os.environ), *sys.argv, os.getcwd(), *sorted(sys.modules)))


def look_at_descriptors() -> None:
    def make(data: bytes, out: Delivery) -> None:
        say(out, *(number for number in range(256) if is_open(number)))

    doing(make)


def is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def read_files() -> None:
    def make(data: bytes, out: Delivery) -> None:
        for path in (*data.decode().split("\n"), f"/proc/{os.getppid()}/environ", "/proc/self/environ", "/etc/passwd"):
            say(out, f"{path}: {tried(partial(os.open, path, os.O_RDONLY))}")

    doing(make)


def write_files() -> None:
    doing(lambda data, out: say(out, tried(lambda: os.open(data.decode(), os.O_WRONLY | os.O_CREAT))))


def use_the_network() -> None:
    def make(data: bytes, out: Delivery) -> None:
        say(out, tried(lambda: socket.create_connection(("127.0.0.1", int(data)), timeout=1)))
        say(out, tried(lambda: socket.socket(socket.AF_UNIX)))
        say(out, tried(socket.socketpair))

    doing(make)


def start_programs() -> None:
    def make(data: bytes, out: Delivery) -> None:
        say(out, tried(lambda: os.execv("/bin/true", ["true"])))  # noqa: S606  [that is what it tries]

    doing(make)


def leave_a_child_behind() -> None:
    """Fork, and let the new process outlive this one, with every pipe closed. Root may fork whatever the limit says."""

    def make(data: bytes, out: Delivery) -> None:
        try:
            number = os.fork()
        except OSError:
            say(out, "refused")
            return
        if number == 0:
            os.closerange(0, 50)
            threading.Event().wait()
        say(out, number)

    doing(make)


def hold_the_pipe() -> None:
    """Fork, and let the new process keep the pipe of answers open."""

    def make(data: bytes, out: Delivery) -> None:
        try:
            if os.fork() == 0:
                threading.Event().wait()
        except OSError:
            threading.Event().wait()

    doing(make)


def gain_privileges() -> None:
    def make(data: bytes, out: Delivery) -> None:
        import resource

        say(out, tried(lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))))

    doing(make)


def tried(act: Callable[[], object]) -> str:
    try:
        act()
    except (OSError, ValueError):
        return "refused"
    return "done"


def report_kind() -> None:
    def maker_of(kind: Kind) -> Making:
        return lambda data, out: say(out, kind.value, len(data), struct.calcsize("P"))

    child.serve(maker_of)


def enclosed(act: Callable[[converter.Order], object], *, bounds: Bounds | None = None) -> None:
    """As `converter.main` does, but instead of LibreOffice something of our own runs; its answer looks like a PDF."""
    answer = child.take_standard_streams()
    order = converter.read_order(child.read(8 * 1024))
    done = confinement.leave(with_processes=True)
    done |= enclosure.enclose(Path(order.folder), Path(order.program), is_alone=False, bounds=bounds or Bounds())
    child.write(answer, f"%PDF-\n{enclosure.is_enough(done)}\n{act(order)}".encode())


def convert_in_a_second() -> None:
    converter.main(seconds=1)


def convert_little() -> None:
    converter.main(Bounds(file=1024 * 1024, folder=4 * 1024 * 1024))


def convert_without_a_network_of_its_own() -> None:
    confinement.leave = lambda **_: set()  # as on a machine that forbids namespaces
    converter.main()


def convert_without_walls() -> None:
    confinement.landlock = lambda *_: False  # as on a machine without Landlock
    converter.main()


def convert_on_the_network() -> None:
    confinement.leave = lambda **_: set()  # as above
    enclosure._filter_calls = lambda system: False  # as on an unknown processor
    converter.main()


def enclosed_files() -> None:
    def act(order: converter.Order) -> str:
        key = Path(order.program).parents[2] / "key"
        reads = (str(key), f"/proc/{os.getppid()}/environ", "/etc/shadow", "/etc/hostname", "/proc/self/environ")
        said = [tried(partial(os.open, path, os.O_RDONLY)) for path in reads]
        for place in ("/tmp", "/dev/shm", str(key.parent), str(Path(order.program).parent)):  # noqa: S108  [it tries]
            said.append(tried(partial(os.open, f"{place}/left-behind", os.O_WRONLY | os.O_CREAT)))
        own = tried(partial(os.open, f"{order.folder}/own", os.O_WRONLY | os.O_CREAT))
        return " ".join([own, *said])

    enclosed(act)


def enclosed_network() -> None:
    def act(order: converter.Order) -> str:
        return " ".join(
            [
                tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM)),
                tried(lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)),
                tried(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)),
                tried(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)),
                tried(lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)),
                tried(lambda: socket.socket(socket.AF_UNIX).connect(f"{Path(order.program).parents[2]}/door")),
            ]
        )

    enclosed(act)
