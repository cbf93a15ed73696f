"""The names in the directory of an OLE2 file ([MS-CFB], section 2.6.1), as far as they lie in the bytes at hand.

No chain is followed: directory entries are 128 bytes long, stand at multiples of 128, and say the length of their name
behind it. What is not at hand is looked at by the child process, which has the whole file.
"""

from __future__ import annotations

from portal.files.enums import Kind, Reason

SMALLEST = 1536  # a header, a table of sectors and a directory, of 512 bytes each
_ENTRY = 128
_LENGTH_AT = 64
_IDENTITIES = {
    "WordDocument": Kind.DOC,
    "Workbook": Kind.XLS,
    "Book": Kind.XLS,
    "PowerPoint Document": Kind.PPT,
    "__properties_version1.0": Kind.MSG,
}
LOCKED = ("EncryptedPackage", "EncryptionInfo", "EncryptedSummary", "\x06DataSpaces", "\x09DRMContent")
MACROS = ("_VBA_PROJECT", "_VBA_PROJECT_CUR", "Macros", "VBA")
PROGRAMS = ("\x01Ole10Native", "Package")  # a file of any kind, to be opened by a click


def names(*parts: tuple[int, bytes]) -> set[str]:
    """Those of the names that matter here. `parts` are the bytes at hand, each with its place in the file."""
    wanted = {*_IDENTITIES, *LOCKED, *MACROS}
    return {name for name in wanted if any(_has(part, name, place) for place, part in parts)}


def judged(found: set[str]) -> Reason:
    if found & set(LOCKED):
        return Reason.LOCKED
    return Reason.MACROS if found & set(MACROS) else Reason.FINE


def kind(found: set[str]) -> Kind | None:
    """Which kind the directory speaks of; None if it is not at hand. A mail may hold documents, so it comes first."""
    kinds = {_IDENTITIES[name] for name in found if name in _IDENTITIES}
    if Kind.MSG in kinds:
        return Kind.MSG
    return next((one for one in (Kind.DOC, Kind.PPT, Kind.XLS) if one in kinds), None)


def _has(part: bytes, name: str, place: int) -> bool:
    written = name.encode("utf-16-le")
    length = (len(written) + 2).to_bytes(2, "little")
    at = -1
    while (at := part.find(written + b"\0\0", at + 1)) >= 0:
        if (place + at) % _ENTRY == 0 and part[at + _LENGTH_AT : at + _LENGTH_AT + 2] == length:
            return True
    return False
