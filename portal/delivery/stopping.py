"""Stopping mail with one click (RFC 8058), without signing in.

The link names a person and a topic and is signed with the link key, which Front has; it never ends, since mail lies in
mailboxes for years. Whoever has it can stop this mail, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from portal.delivery.enums import Mode, Rhythm
from portal.delivery.models import Choice, Wish
from portal.delivery.sources import kinds
from portal.members.models import Person

SALT = "portal.delivery.stop"
VEIL_SALT = "portal.delivery.stop.veil"
VEIL = "veiled "
ALL = "all"
LONGEST = 60
Stop = Callable[[int, str], None]
_stops: dict[str, tuple[Stop, Callable[[], str]]] = {}


@dataclass(frozen=True)
class Asked:
    """Whose mail is to be stopped, and of which topic."""

    person: Person
    topic: str

    @property
    def words(self) -> str:
        return words_of(self.topic)


def of_room(prefix: str, *, words: Callable[[], str]) -> Callable[[Stop], Stop]:
    """Register how topics of a room's own are stopped: `prefix:rest`. It takes the person's key and the rest."""

    def register(function: Stop) -> Stop:
        _stops[prefix] = (function, words)
        return function

    return register


def url(person: int, topic: str) -> str:
    """The address at which this person stops this topic."""
    named = veiled(person, topic.removeprefix(VEIL)) if topic.startswith(VEIL) else topic
    return _before_token(settings.PORTAL_FRONT_URL) + token(person, named) + "/"


def veiled(person: int, topic: str) -> str:
    """A topic without its name: in mail about what is marked, no link may say of what kind it is."""
    facts = salted_hmac(VEIL_SALT, f"{person} {topic}", secret=settings.PORTAL_LINK_KEY, algorithm="sha256")
    return VEIL + facts.hexdigest()[:24]


def _unveiled(person: int, topic: str) -> str:
    """The topic that a veiled one stands for; itself, if it is none of the kinds that there are any more."""
    return next((kind for kind in kinds() if veiled(person, kind) == topic), topic)


@cache
def _before_token(front: str) -> str:
    """What stands before the token, looked up once for thousands of messages."""
    return front.rstrip("/") + reverse("news_stop", args=["-"]).removesuffix("-/")


def token(person: int, topic: str) -> str:
    return signing.Signer(key=settings.PORTAL_LINK_KEY, salt=SALT).sign_object([person, topic])


def asked_by(given: str) -> Asked | None:
    """What a link asks for; None for what we did not sign."""
    try:
        person, topic = signing.Signer(key=settings.PORTAL_LINK_KEY, salt=SALT).unsign_object(given)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    found: Person | None = Person.objects.filter(pk=person).first()
    return Asked(found, str(topic)[:LONGEST]) if found is not None else None


def words_of(topic: str) -> str:
    """What a topic is called on a page that anybody may open: a kind, never a name of somebody's own."""
    if topic == ALL:
        return _("all mail about news")
    if topic.startswith(VEIL):
        return _("mail of this kind")
    prefix, _colon, rest = topic.partition(":")
    if prefix in _stops:
        return _stops[prefix][1]()
    if prefix == "digest":
        return _("the daily mail") if rest == Rhythm.DAILY else _("the weekly mail")
    found = kinds().get(topic)
    return _("mail about: %(kind)s") % {"kind": found} if found else _("this mail")


def stop(person: int, topic: str) -> None:
    """No more mail of this topic. Asked twice, it is the same."""
    topic = _unveiled(person, topic) if topic.startswith(VEIL) else topic
    prefix, _colon, rest = topic.partition(":")
    if prefix in _stops:
        _stops[prefix][0](person, rest)
    elif topic == ALL:
        Choice.objects.update_or_create(person_id=person, defaults={"mode": Mode.NOTHING})
    else:
        Wish.objects.update_or_create(person_id=person, topic=topic, defaults={"rhythm": Rhythm.NONE})
