"""The diagram in the docs is the one in the code."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from portal.reporting.protected import drawing


def test_the_page_draws_what_the_code_says() -> None:
    text = (Path(settings.BASE_DIR) / "docs" / "protected-states.md").read_text()
    for part in (drawing.diagram(), drawing.stages(), drawing.table()):
        assert part in text
