"""The diagram of states.py as docs/protected-states.md shows it. A test keeps the two alike."""

from __future__ import annotations

from collections.abc import Iterable

from portal.reporting.protected.enums import Stage
from portal.reporting.protected.states import ENDED, STEPS, Step

HEAD = "| From | What | To | Who | Barred by |\n|---|---|---|---|---|"


def diagram() -> str:
    """The stages and arrows as a Mermaid state diagram."""
    lines = ["stateDiagram-v2", f"    [*] --> {Stage.RECEIVED}"]
    for step in STEPS:
        lines += [f"    {source} --> {step.target}: {step.verb.label}" for source in _in_order(step.sources)]
    lines += [f"    {stage} --> [*]" for stage in _in_order(ENDED)]
    return "\n".join(["```mermaid", *lines, "```"])


def stages() -> str:
    """What each stage is called."""
    return "\n".join(["| Stage | In words |", "|---|---|", *(f"| `{one}` | {one.label} |" for one in Stage)])


def table() -> str:
    """The same arrows as a table in Markdown, for those who read no diagrams."""
    return "\n".join([HEAD, *(_line(step) for step in STEPS)])


def _line(step: Step) -> str:
    sources = ", ".join(f"`{source}`" for source in _in_order(step.sources))
    bars = "; ".join(str(bar.label) for bar in sorted(step.barred_by)) or "–"
    return f"| {sources} | {step.verb.label} | `{step.target}` | {step.actor.label} | {bars} |"


def _in_order(stages: Iterable[Stage]) -> list[Stage]:
    """As the stages are listed, so that the same table is drawn each time."""
    found = set(stages)
    return [stage for stage in Stage if stage in found]
