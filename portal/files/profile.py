"""The settings under which LibreOffice meets a file from outside: it runs nothing, fetches nothing, remembers nothing.

Each is also forbidden by the walls around it (`enclosure`). Names are those of LibreOffice's own registry; a version
that does not know one passes over it.
"""

from __future__ import annotations

from pathlib import Path

_HIGHEST, _NEVER, _KEEP = 3, 2, 1
_COMMON = "/org.openoffice.Office.Common"
_SETTINGS: tuple[tuple[str, str, bool | int], ...] = (
    (f"{_COMMON}/Security/Scripting", "MacroSecurityLevel", _HIGHEST),
    (f"{_COMMON}/Security/Scripting", "DisableMacrosExecution", True),
    (f"{_COMMON}/Security/Scripting", "DisableActiveContent", True),
    (f"{_COMMON}/Security/Scripting", "DisablePythonRuntime", True),
    (f"{_COMMON}/Security/Scripting", "DisableOLEAutomation", True),
    (f"{_COMMON}/Security/Scripting", "BlockUntrustedRefererLinks", True),
    (f"{_COMMON}/Security/Scripting", "CheckDocumentEvents", True),
    (f"{_COMMON}/Misc", "CrashReport", False),
    (f"{_COMMON}/Misc", "UseOpenCL", False),
    (f"{_COMMON}/History", "PickListSize", 0),
    (f"{_COMMON}/Save/Document", "LoadPrinter", False),
    ("/org.openoffice.Office.Java/VirtualMachine", "Enable", False),
    ("/org.openoffice.Office.Recovery/RecoveryInfo", "Enabled", False),
    ("/org.openoffice.Office.Recovery/AutoSave", "Enabled", False),
    ("/org.openoffice.Office.Writer/Content/Update", "Link", _NEVER),
    ("/org.openoffice.Office.Writer/Content/Update", "Field", False),
    ("/org.openoffice.Office.Writer/Content/Update", "Chart", False),
    ("/org.openoffice.Office.WriterWeb/Content/Update", "Link", _NEVER),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", _NEVER),
    ("/org.openoffice.Office.Calc/Formula/Load", "OOXMLRecalcMode", _KEEP),
    ("/org.openoffice.Office.Calc/Formula/Load", "ODFRecalcMode", _KEEP),
)
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<oor:items xmlns:oor="http://openoffice.org/2001/registry" '
    'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
)


def write(folder: Path) -> None:
    """Make `folder` a profile of LibreOffice with these settings."""
    (folder / "user").mkdir(parents=True)
    items = "".join(_item(*setting) for setting in _SETTINGS)
    (folder / "user" / "registrymodifications.xcu").write_text(f"{_HEAD}{items}</oor:items>\n")


def _item(path: str, name: str, value: bool | int) -> str:
    return (
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{str(value).lower()}</value></prop></item>\n"
    )
