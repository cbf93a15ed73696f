"""Links in an advisory: kept where they lead to a web page, left out where not, refused where they would do harm."""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

from portal.bulletins.csaf import schema
from portal.bulletins.csaf.documents import Reference
from portal.bulletins.csaf.errors import UnsafeLink, quoted
from portal.core.sanitise import clean_line

_RUNS_SOMETHING: Final = re.compile(r"(?:javascript|vbscript|data|file|blob):", re.IGNORECASE)
_MAIL: Final = re.compile(r"mailto:[\w.+-]{1,64}@[\w.-]{1,190}", re.ASCII | re.IGNORECASE)
_NOT_IN_AN_ADDRESS: Final = re.compile(r"[\s<>\"'`\\{}^|\x00-\x20\x7f-\xa0\u200b-\u206f]")


class Links:
    """Checks the links of one file, and remembers which it left out."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.left_out: dict[str, None] = {}

    def web(self, url: str, *, where: str) -> str:
        """The address if it is one of the web or of mail, else ''. Raises `UnsafeLink` for what a browser would run."""
        address = url.strip()
        if _RUNS_SOMETHING.match(re.sub(r"\s", "", address)):
            raise UnsafeLink(self.name, where=where, url=address)
        if not address or _MAIL.fullmatch(address) or is_web_address(address):
            return address
        self.left_out[quoted(address)] = None
        return ""

    def references(self, given: Iterable[schema.Reference], *, where: str) -> tuple[Reference, ...]:
        """Each reference once. One whose link was left out keeps its words."""
        found: dict[Reference, None] = {}
        for reference in given:
            url = self.web(reference.url, where=f"{where}.url")
            found[Reference(clean_line(reference.summary), url, clean_line(reference.category))] = None
        return tuple(found)


def is_web_address(url: str) -> bool:
    """Whether this is a plain http or https address. One with a user name in it is not: it deceives about its host."""
    if _NOT_IN_AN_ADDRESS.search(url):
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return False


def page_of(references: Iterable[Reference], *, tracking_id: str, namespace: str) -> str:
    """The advisory's own page, https only: on the publisher's site if there is one, else whatever names the advisory.

    Vendors' pages come along as 'self' too where a coordinator passes on a vendor's advisory.
    """
    own = [each.url for each in references if each.category == "self" and each.url.startswith("https://")]
    there = [url for url in own if urlsplit(url).hostname == urlsplit(namespace).hostname]
    pages = [url for url in there if not urlsplit(url).path.endswith(".json")]
    named = [url for url in own if tracking_id.lower() in url.lower()]
    return next(iter([*pages, *there, *named]), "")
