"""The vocabulary of the trail as docs/trail.md shows it."""

from __future__ import annotations

from portal.audit.enums import PLAIN_READS, Verb

HEAD = "| Verb | Somebody … | Keeps its person | Shown to them |\n|---|---|---|---|"


def vocabulary() -> str:
    """All verbs as a table in Markdown."""
    return "\n".join([HEAD, *(_line(verb) for verb in Verb)])


def _line(verb: Verb) -> str:
    kept = "until plain reads are erased" if verb in PLAIN_READS else "as long as the event"
    return f"| `{verb.value}` | {verb.label} | {kept} | {'yes' if verb.is_shown_to_person else ''} |"
