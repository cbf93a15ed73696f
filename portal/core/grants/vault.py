"""The table of grants of the vault's database (docs/vault.md, 'Where it is kept')."""

from __future__ import annotations

from portal.core.grants.rights import ALL, Grant, closed

TABLE: tuple[Grant, ...] = (
    Grant("vault_deskcopy", insert=True, why="data keys sealed to Desk; Front adds them and never sees one again"),
    Grant("vault_codecopy", select=ALL, insert=True, why="data keys sealed to a code that somebody holds"),
    *closed("whether a database was restored; Desk asks before it sweeps", "vault_generation"),
    *closed("which migrations have run", "django_migrations"),
)
