"""The indices behind the two names: the one in use, the one that a rebuild fills, the former one."""

from __future__ import annotations

import re
from datetime import datetime

from django.conf import settings
from elasticsearch import NotFoundError

from search.engines.elasticsearch import mapping
from search.engines.elasticsearch.client import PATIENCE_WITH_WRITES, alias, client, next_alias

STAMP = "%Y%m%d%H%M%S%f"


class NameTaken(Exception):
    """An index bears the name that is to stand for the one in use."""


def behind(name: str) -> str | None:
    """The index that a name stands for."""
    try:
        found = client().indices.get_alias(name=name)
    except NotFoundError:
        return None
    return next(iter(sorted(found)), None)


def in_use() -> str | None:
    return behind(alias())


def being_filled() -> str | None:
    return behind(next_alias())


def all_of_ours() -> list[str]:
    """Every index of this portal, the oldest first; none of another portal whose prefix begins like ours."""
    prefix = settings.PORTAL_ELASTICSEARCH_PREFIX
    ours = re.compile(rf"{re.escape(prefix)}-\d{{20}}")
    return sorted(
        name for name in client().indices.get(index=f"{prefix}-*", features="aliases") if ours.fullmatch(name)
    )


def begin(now: datetime) -> str:
    """Make a new index that gets every change from now on, and that nobody searches yet. Raises `NameTaken`."""
    writer = client(PATIENCE_WITH_WRITES)
    if in_use() is None and writer.indices.exists(index=alias()):
        raise NameTaken(alias())
    name = f"{settings.PORTAL_ELASTICSEARCH_PREFIX}-{now.strftime(STAMP)}"
    made = mapping.body(replicas=_replicas())
    # Until it is searched it need not be fresh.
    made["settings"]["index"]["refresh_interval"] = "-1"
    writer.indices.create(index=name, aliases={next_alias(): {}}, **made)
    return name


def _replicas() -> int:
    """As many copies as the index in use has; one where there is another server to hold it."""
    name = in_use()
    if name is None:
        return min(1, client().cluster.health()["number_of_data_nodes"] - 1)
    held = client().indices.get_settings(index=name)[name]["settings"]["index"]
    return int(held["number_of_replicas"])


def put_in_use(name: str) -> str | None:
    """Let searches find this one from now on, in one step. Gives the former one, which stays as it is."""
    writer, former = client(PATIENCE_WITH_WRITES), in_use()
    writer.indices.put_settings(index=name, settings={"index": {"refresh_interval": "1s"}})
    steps = [{"remove": {"index": name, "alias": next_alias()}}, {"add": {"index": name, "alias": alias()}}]
    if former:
        steps.append({"remove": {"index": former, "alias": alias()}})
    writer.indices.update_aliases(actions=steps)
    return former


def tidy(*, but: set[str | None]) -> None:
    """Take away what earlier rebuilds left, but for these."""
    for name in all_of_ours():
        if name not in but:
            discard(name)


def discard(name: str) -> None:
    client(PATIENCE_WITH_WRITES).indices.delete(index=name, ignore_unavailable=True)


def discard_half_filled() -> str | None:
    """Take away what a rebuild left behind that did not come to its end."""
    name = being_filled()
    if name:
        discard(name)
    return name


def size(name: str) -> int:
    """How many documents an index has, those written last included."""
    writer = client(PATIENCE_WITH_WRITES)
    writer.indices.refresh(index=name)
    return int(writer.count(index=name)["count"])
