"""The trail: what was read, decided and refused, append-only and provable from outside (docs/trail.md).

`audit.record(...)` is the one call with which every room writes to it.
"""

from portal.audit.enums import Outcome, Verb
from portal.audit.recording import ran, record, record_if_there_is_a_trail, record_openings, refuse

__all__ = ["Outcome", "Verb", "ran", "record", "record_if_there_is_a_trail", "record_openings", "refuse"]
