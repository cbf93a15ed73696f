"""Choices: what goes when, against a slow reference; quiet hours and digests over changes of the clocks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import example, given, settings, strategies as st

from portal.delivery.choosing import GENERAL, NAMED, Preferences, rhythm_of
from portal.delivery.enums import Mode, Rhythm, Severity
from portal.delivery.sources import Topics
from portal.delivery.when import Quiet, digest_day, moment, when_to_send

CHICAGO = ZoneInfo("America/Chicago")
KIND = "kind:bulletin.alert"
KEYS = st.frozensets(st.integers(1, 4), max_size=3)
RHYTHMS = st.sampled_from(Rhythm)
PLACES = [f"{place}:{key}" for place in ("sector", "county", "committee") for key in range(1, 5)]
WISHES = st.dictionaries(
    st.sampled_from([*PLACES, GENERAL, NAMED, KIND, "digest:daily", "digest:weekly", "kind:other"]),
    RHYTHMS,
    max_size=8,
)
CHOSEN = st.builds(
    Preferences,
    mode=st.sampled_from(Mode),
    critical_at_once=st.booleans(),
    floor=st.sampled_from(["", *Severity.values]),
    wishes=WISHES,
    sectors=KEYS,
    counties=KEYS,
    committees=KEYS,
)
TOPICS = st.builds(
    Topics,
    kind=st.just("alert"),
    sectors=KEYS,
    counties=KEYS,
    committees=KEYS,
    is_for_all_sectors=st.booleans(),
    severity=st.sampled_from([None, *Severity]),
)
ORDER = ["at once", "daily", "weekly", "none"]
WORST_FIRST = ["critical", "high", "medium", "low"]


def slowly(chosen: Preferences, topics: Topics, *, is_named: bool) -> str:  # noqa: C901, PLR0912  (the rule, written out)
    """The rule as docs/delivery.md states it, one sentence after the other."""
    if chosen.mode == "nothing":
        return "none"
    said = []
    if is_named:
        said.append(chosen.wishes.get("named", "at once"))
    names_a_place = topics.sectors or topics.counties or topics.committees or topics.is_for_all_sectors
    if not names_a_place:
        said.append(chosen.wishes.get("general", "weekly"))
    if chosen.mode == "mine":
        for key in topics.sectors:
            said += ["weekly"] if key in chosen.sectors else []
        for key in topics.counties:
            said += ["weekly"] if key in chosen.counties else []
        for key in topics.committees:
            said += ["at once"] if key in chosen.committees else []
        said += ["weekly"] if topics.is_for_all_sectors else []
    else:
        for place, keys in (("sector", topics.sectors), ("county", topics.counties), ("committee", topics.committees)):
            for key in keys:
                is_own_committee = place == "committee" and key in chosen.committees
                said.append(chosen.wishes.get(f"{place}:{key}", "at once" if is_own_committee else "none"))
        if topics.is_for_all_sectors:
            said += [chosen.wishes.get(f"sector:{key}", "none") for key in range(1, 5)]
    soonest = next((word for word in ORDER if word in said), "none")
    at_most = str(chosen.wishes.get(KIND, "at once"))
    answer = ORDER[max(ORDER.index(soonest), ORDER.index(at_most))]
    if answer == "none":
        return "none"
    if chosen.floor and topics.severity and WORST_FIRST.index(topics.severity) > WORST_FIRST.index(chosen.floor):
        return "none"
    if topics.severity == "critical" and chosen.critical_at_once:
        return "at once"
    if answer in ("daily", "weekly") and chosen.wishes.get(f"digest:{answer}") == "none":
        return "none"
    return answer


@settings(max_examples=500)
@given(chosen=CHOSEN, topics=TOPICS, is_named=st.booleans())
def test_the_rule_says_what_its_sentences_say(chosen: Preferences, topics: Topics, is_named: bool) -> None:
    found = rhythm_of(chosen, topics, kind=KIND, is_named=is_named)
    assert found.value == slowly(chosen, topics, is_named=is_named)


@given(chosen=CHOSEN, topics=TOPICS, topic=st.sampled_from([KIND, *PLACES, GENERAL, NAMED]), is_named=st.booleans())
def test_wanting_a_topic_later_never_makes_anything_come_sooner(
    chosen: Preferences, topics: Topics, topic: str, is_named: bool
) -> None:
    places = [
        rhythm_of(replace(chosen, wishes={**chosen.wishes, topic: rhythm}), topics, kind=KIND, is_named=is_named).place
        for rhythm in Rhythm
        if not any(name.startswith("digest:") for name in chosen.wishes)
    ]
    assert all(one <= other for one, other in pairwise(places))


MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))
TIMES = st.times().map(lambda found: found.replace(microsecond=0))
SPRING, AUTUMN = date(2026, 3, 8), date(2026, 11, 1)  # Missouri's clocks change at two in the morning


@settings(max_examples=300)
@given(now=MOMENTS, begins=TIMES, ends=TIMES)
@example(now=datetime(2026, 3, 8, 7, 30, tzinfo=UTC), begins=time(22), ends=time(2, 30))  # there is no half past two
@example(now=datetime(2026, 11, 1, 6, 40, tzinfo=UTC), begins=time(1), ends=time(1, 30))  # it is there twice
@example(now=datetime(2026, 11, 1, 7, 10, tzinfo=UTC), begins=time(1), ends=time(1, 30))
def test_what_waits_goes_at_the_first_minute_that_is_not_quiet(now: datetime, begins: time, ends: time) -> None:
    quiet = Quiet(begins, ends)
    found = when_to_send(now, quiet, is_critical=False)
    assert now <= found <= now + timedelta(hours=25)
    assert not quiet.holds(found.astimezone(CHICAGO).time())
    minutes = int((found - now).total_seconds() // 60)
    for minute in {0, 1, minutes // 2, minutes - 1} & set(range(minutes)):
        assert quiet.holds((now + timedelta(minutes=minute)).astimezone(CHICAGO).time())
    assert when_to_send(now, quiet, is_critical=True) == now


@given(now=MOMENTS, hour=st.integers(0, 23), weekday=st.sampled_from([None, 0, 4]))
def test_a_digest_is_due_once_a_day_or_week_whatever_the_clocks_do(
    now: datetime, hour: int, weekday: int | None
) -> None:
    day = digest_day(now, hour=hour, weekday=weekday)
    assert moment(day, time(hour)) <= now
    assert weekday is None or day.weekday() == weekday
    following = day + timedelta(days=1 if weekday is None else 7)
    assert moment(following, time(hour)) > now


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("changed", [SPRING, AUTUMN])
def test_every_hour_of_a_day_on_which_the_clocks_change_has_one_digest(changed: date, hour: int) -> None:
    begin = datetime.combine(changed, time(0), CHICAGO).astimezone(UTC) - timedelta(hours=6)
    days = [digest_day(begin + timedelta(minutes=minute), hour=hour) for minute in range(0, 60 * 60, 10)]
    assert days == sorted(days) and days.count(changed) >= 6 * 22
    first = begin + timedelta(minutes=10 * days.index(changed))
    shown = first.astimezone(CHICAGO)
    assert shown.date() == changed and shown.hour == (3 if changed == SPRING and hour == 2 else hour)


def test_times_are_those_of_the_state() -> None:
    assert timezone.get_default_timezone_name() == "America/Chicago"
