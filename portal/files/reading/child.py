"""The process in which files are read for their text. Started by `conversation`, never imported by the portal.

It lives behind the same walls as the one that makes safe copies (`files.child`), and reads nothing where it could still
open a file or a socket.
"""

from __future__ import annotations

from collections.abc import Callable

from portal.files import child, confinement
from portal.files.child import NoCopyPossible
from portal.files.confinement import Limits
from portal.files.enums import Confined, Trouble
from portal.files.reading import wire
from portal.files.reading.wire import Delivery, Full, Order

Reader = Callable[[bytes, Order, Delivery], None]
LIMITS = Limits(memory=1536 * 1024 * 1024, processor=180)


def main() -> None:
    from portal.files.reading.readers import reader_of

    serve(reader_of)


def serve(reader_of: Callable[[Order], Reader], limits: Limits = LIMITS) -> None:
    """Confine this process, read the order and the file, and answer."""
    answer = child.take_standard_streams()
    order = wire.read_order(child.read(wire.ORDER_BYTES))
    read = reader_of(order)
    done = confinement.leave()
    done |= confinement.close(limits, is_alone=Confined.OWN_ACCOUNTS in done)
    delivery = Delivery(lambda frame: child.write(answer, frame))
    delivery.confined(done)
    if Confined.NO_DESCRIPTORS not in done:
        delivery.end(Trouble.NOT_STARTED)
        return
    delivery.end(trouble(read, child.read(order.length), order, delivery))


def trouble(read: Reader, data: bytes, order: Order, delivery: Delivery) -> Trouble | None:
    """Have a file read, whatever happens; what kept it from being read, or None."""
    try:
        read(data, order, delivery)
    except Full:
        return None
    except NoCopyPossible as problem:
        return problem.trouble
    except (MemoryError, RecursionError) as problem:
        return Trouble.MEMORY if isinstance(problem, MemoryError) else Trouble.TOO_COMPLEX
    except Exception:  # noqa: BLE001  [a parser may raise anything on a hostile file, and each means the same]
        return Trouble.DAMAGED
    return None
