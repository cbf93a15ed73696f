"""What the looking child is asked and what it says: frames of a mark, a length and so many bytes, as in `files.wire`.

The parent believes none of it (`running`). Only the standard library: the child process imports this as well.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum

ORDER_BYTES = 256
LARGEST = 64 * 1024 * 1024  # bytes of a file that is looked through whole
END_BYTES = 2 * 1024 * 1024  # of each end of a larger one


class Mark(Enum):
    SIGN = b"S"
    BANNER = b"B"
    PART = b"P"  # something could not be looked at
    PICTURES = b"I"  # letters may stand in pictures, which are not read here
    CONFINED = b"C"
    END = b"E"


@dataclass(frozen=True)
class Order:
    """How the file is called at its end, and how many seconds there are for its pages."""

    ending: str
    seconds: float

    def packed(self) -> bytes:
        return json.dumps({"ending": self.ending, "seconds": self.seconds}).encode().ljust(ORDER_BYTES)


def read_order(packed: bytes) -> Order:
    said = json.loads(packed)
    return Order(said["ending"], said["seconds"])
