"""What Front may record, by the guard of its account, is what the code of Front records; the rest is Desk's."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings

from portal.audit.enums import Verb
from portal.core.grants.guards import FRONTS_VERBS

PORTAL = Path(settings.BASE_DIR) / "portal"
# What stands for Desk's part of a room, and rooms that are Desk's.
DESKS = {"desk", "management", "actions", "actions.py", "oversight", "audit", "grants"}
# Verbs that stand in modules of both sites, and are recorded on Desk alone: it needs rights that Front does not have.
DESK_ALONE = {
    Verb.STANDING,  # Front writes no standing
    Verb.CONTENT,  # the editor's log
    Verb.RELEASE_ACCOUNT,  # Front locks, and releases nobody
    Verb.LOOK,  # pages of Desk
    Verb.UNSEAL,  # with a private key
    Verb.CODE_ISSUE,
    Verb.KEY_DESTROY,
    Verb.REPORT_OPEN,
    Verb.DOCUMENT_PUBLISH,  # an import: Front writes no documents
    Verb.PROTECTED_OPEN,
    Verb.NEWS_UNWANTED,  # Front notes what a provider says, and Desk believes it
    Verb.FILE_MARKED,  # it takes a private key to look
}


def used() -> set[Verb]:
    """The verbs that modules name which are not Desk's alone."""
    found = set()
    for path in PORTAL.rglob("*.py"):
        if not DESKS.intersection(path.relative_to(PORTAL).parts):
            names = re.findall(r"\bVerb\.([A-Z_]+)\b", path.read_text(encoding="utf-8"))
            found |= {Verb[name] for name in names if name in Verb.__members__}
    return found


def test_front_may_record_words_of_the_vocabulary_alone() -> None:
    assert set(FRONTS_VERBS) <= set(Verb.values)


def test_whatever_code_of_both_sites_records_is_fronts_or_is_named_as_desks() -> None:
    assert {verb.value for verb in used() - DESK_ALONE} <= set(FRONTS_VERBS)


def test_nothing_that_the_verifier_believes_of_desk_can_come_from_front() -> None:
    families = {verb.partition(".")[0] for verb in FRONTS_VERBS}
    assert not families & {"trail", "key", "role", "release", "vetting", "standing", "clearance", "case", "recovery"}
    assert not DESK_ALONE & set(FRONTS_VERBS)
