"""Reading a file's text page by page, in a process that has nothing to lose (docs/files.md, 'Text for the library').

The child process imports this as well, and must not have what it does not need: so a name is fetched when it is asked
for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from portal.files.enums import Trouble
    from portal.files.reading.answers import NotRead, PageText, Reading
    from portal.files.reading.enums import Finding, Form
    from portal.files.reading.forms import form_of
    from portal.files.reading.running import read

__all__ = ["Finding", "Form", "NotRead", "PageText", "Reading", "Trouble", "form_of", "read"]

_PLACES = {
    "Finding": "portal.files.reading.enums",
    "Form": "portal.files.reading.enums",
    "NotRead": "portal.files.reading.answers",
    "PageText": "portal.files.reading.answers",
    "Reading": "portal.files.reading.answers",
    "Trouble": "portal.files.enums",
    "form_of": "portal.files.reading.forms",
    "read": "portal.files.reading.running",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(name)
    return getattr(import_module(_PLACES[name]), name)
