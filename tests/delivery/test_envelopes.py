"""Bytes that are filled in for each reader are the bytes that would have been made for each."""

from __future__ import annotations

import re
from email import message_from_bytes, policy
from typing import Any

import pytest
from hypothesis import given, strategies as st

from portal.delivery.envelopes import FilledIn, Form, mail_of, message_id
from portal.delivery.items import one_line
from portal.delivery.letters import STOP_PLACE, Written

STOP = "https://portal.example/news/stop/WzEsImEiXQ:x-_y/"


def written(subject: str, words: str) -> Written:
    text = f"TLP:GREEN\n\n{words}\n\nTo stop: {STOP_PLACE}\n"
    html = f'<!DOCTYPE html><html lang="en"><p>{words}</p><a href="{STOP_PLACE}">Stop</a></html>'
    return Written(one_line(f"TLP:GREEN {subject}"), text, html, "all", is_shared=True, stop_url=STOP)


def parsed(content: bytes) -> Any:
    return message_from_bytes(content, policy=policy.default)


def as_received(content: bytes) -> bytes:
    """What a server keeps of lines that begin with two full stops (RFC 5321, section 4.5.2)."""
    assert not re.search(rb"^\.(?!\.)", content, re.MULTILINE)
    return re.sub(rb"^\.\.", b".", content, flags=re.MULTILINE)


def parts(message: Any) -> list[str]:
    return [part.get_content() for part in message.iter_parts()]


@given(subject=st.text(max_size=60), words=st.text(max_size=300).map(one_line))
def test_filled_in_is_the_same_message(subject: str, words: str) -> None:
    made, name = written(subject, words), message_id("news:1:mail:2")
    ready = Form(made).filled_in(address="person@partner.example", name=name, stop_url=STOP)
    assert ready is not None
    message = mail_of(made, address="person@partner.example", name=name).message()
    slow = parsed(message.as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # Django's own message
    quick = parsed(as_received(ready.content))
    kept = ("Subject", "To", "From", "Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted")
    assert [str(quick[header]).strip() for header in kept] == [str(slow[header]).strip() for header in kept]
    assert set(quick.keys()) == set(slow.keys())
    assert parts(quick) == parts(slow)
    assert STOP_PLACE not in ready.content.decode()


def test_what_cannot_be_filled_in_is_made_the_long_way() -> None:
    long_line = written("Long", "word " * 400)
    assert Form(long_line).filled_in(address="person@partner.example", name="<a@b>", stop_url=STOP) is None
    whole = Form(written("Short", "word"))
    for address in ("pérson@partner.example", '"a b"@partner.example', "a@b\r\nBcc: thief@evil.example", "a@b>,<c@d"):
        assert whole.filled_in(address=address, name="<a@b>", stop_url=STOP) is None


def test_the_envelope_names_the_sender_and_one_reader(settings: Any) -> None:
    settings.DEFAULT_FROM_EMAIL = "Partner Portal <portal@state.example>"
    ready = Form(written("Short", "word")).filled_in(address="person@partner.example", name="<a@b>", stop_url=STOP)
    assert isinstance(ready, FilledIn)
    assert (ready.sender, ready.address) == ("portal@state.example", "person@partner.example")
    assert message_id("x").endswith("@state.example>")


@pytest.mark.parametrize("key", ["news:1:mail:2", "news:1:mail:3", "digest:daily:2026-03-02:mail:2"])
def test_a_row_has_one_name_for_good_and_no_other_row_has_it(key: str, settings: Any) -> None:
    name = message_id(key)
    assert message_id(key) == name and message_id(f"{key}0") != name
    settings.PORTAL_DESK_LINK_KEY = "another key, without which nobody guesses it"
    assert message_id(key) != name
