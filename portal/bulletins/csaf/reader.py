"""The one way in: a file with a CSAF 2.0 advisory becomes an `Advisory`, or is refused with one sentence."""

from collections.abc import Collection
from pathlib import Path

from portal.bulletins.csaf import building, rules, schema, source
from portal.bulletins.csaf.documents import Advisory


def read(
    given: Path | bytes,
    *,
    name: str = "",
    max_bytes: int = source.LARGEST_FILE,
    publishers: Collection[str] = rules.CISA,
) -> Advisory:
    """Read one advisory from a path, or from the content of a file.

    `name` is what the file is called in a refusal; it is the path's own unless given. `publishers` are the namespaces
    whose advisories are taken. Raises the `Refused` that says why, and keeps nothing then.
    """
    name = name or (given.name if isinstance(given, Path) else "the advisory")
    values = source.load(given, name=name, largest=max_bytes)
    rules.require_csaf_2_0(values, name=name)
    csaf = schema.validate(values, name=name)
    rules.require_acceptable(csaf, name=name, publishers=publishers)
    return building.Builder(csaf, name=name).build(building.content_hash(values))
