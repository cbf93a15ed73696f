"""Commands of this room tell what they did to whoever keeps the record."""

from __future__ import annotations

from django.dispatch import Signal

ran = Signal()  # sender: the command's class; `name`: what it is called by; `facts`: codes and counts
