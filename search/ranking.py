"""What makes one hit better than another, beside the words: how new it is, and of what kind."""

from __future__ import annotations

from datetime import datetime

# How much the words weigh by where they stand. The two indices score a word on scales of their own: in the database's
# one column outweighs another within one score, in Elasticsearch the scores of fields are added up.
TITLE, IDENTIFIERS, SUMMARY, TEXT = 8.0, 10.0, 3.0, 1.0
ADDED_TITLE, ADDED_IDENTIFIERS, ADDED_SUMMARY, ADDED_TEXT = 1.0, 10.0, 0.5, 1.0
TOGETHER = 2.0  # how much a page counts for more on which they stand close to one another (Elasticsearch)
NEWEST_BONUS = 0.4  # of the score, for what is of today
HALF_LIFE = 365.0  # days after which half of that is left
# A thing that was made to be used, or that warns now, before one that is read for background.
# What is left of the score to what all its readers find a newer version of. So little that no wealth of words in it
# outweighs the newer one: PostgreSQL's scores of two pages with the same words differ by a factor of a hundred.
SUPERSEDED = 0.0001
KIND = {"bulletin": 1.1, "template": 1.15, "guidance": 1.1, "provision": 1.1}


def recency(dated: datetime | None, now: datetime) -> float:
    """A factor between 1 and 1 + NEWEST_BONUS. What carries no date, or one to come, has none of the bonus."""
    if dated is None or dated > now:
        return 1.0
    return 1.0 + NEWEST_BONUS * 0.5 ** ((now - dated).total_seconds() / 86_400 / HALF_LIFE)


def age(*, is_superseded: bool) -> float:
    """A factor that puts an older version behind the newer one, whose words are much the same."""
    return SUPERSEDED if is_superseded else 1.0


def kind(name: str) -> float:
    return KIND.get(name, 1.0)
