"""Kinds of messages: a room says how one is written, for many rows at once.

A builder is made for a batch of rows, and reads there what they need together; then it is asked of each row for what
is written to its reader, or why nothing is. Whatever is written here is about to leave: above TLP:GREEN it has a safe
title and a link alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from portal.access.enums import Label
from portal.delivery import stopping
from portal.delivery.enums import Why
from portal.delivery.items import one_line
from portal.delivery.models import Delivery
from portal.delivery.people import Reader

# Stands in what is rendered once for many readers, where each has a link of their own.
STOP_PLACE = "https://stop.invalid/for-this-reader/"


@dataclass(frozen=True)
class Written:
    """A message: subject, both forms of the text, and the topic that its reader can stop with one click."""

    subject: str
    text: str
    html: str
    topic: str
    short: str = ""
    carried: Sequence[int] = field(default_factory=tuple)
    is_shared: bool = False  # the same words go to many
    stop_url: str = ""

    def for_reader(self, reader: Reader) -> Written:
        """With the reader's own link, which is put into its place when the message is made."""
        return replace(self, stop_url=stopping.url(reader.person.pk, self.topic))


Write = Callable[[Delivery, Reader], Written | Why]
Builder = Callable[[Sequence[Delivery], Mapping[int, Reader]], Write]
_builders: dict[str, Builder] = {}


def kind(name: str) -> Callable[[Builder], Builder]:
    """Register the builder of one kind of message."""

    def register(builder: Builder) -> Builder:
        _builders[name] = builder
        return builder

    return register


def builder_of(name: str) -> Builder | None:
    return _builders.get(name)


def render(template: str, *, subject: str, label: Label, topic: str, **facts: Any) -> Written:
    """Write both forms from `emails/<template>.txt` and `.html`; the label comes before all else."""
    heading = one_line(f"{label.value} {subject}")
    given = {
        "label": label,
        "heading": one_line(subject),
        "front_url": settings.PORTAL_FRONT_URL.rstrip("/"),
        "stop_url": STOP_PLACE,
        "stop_words": stopping.words_of(topic),
        **facts,
    }
    text = render_to_string(f"emails/{template}.txt", given)
    html = render_to_string(f"emails/{template}.html", given)
    return Written(heading, text, html, topic)
