"""What the library gives to the figures of the partnership: what it was given to prepare with."""

from __future__ import annotations

from django.db.models import Count, Q
from django.utils.translation import gettext as _, gettext_lazy

from portal.access.enums import Label
from portal.figures import measures
from portal.figures.measures import Cell, Counted, Measure, span_of
from portal.library.models import PortalDocument
from portal.vocabulary.models import Hazard


def by_hazard(year: int) -> Counted:
    """Documents that were published in a year and were not recalled, those that are public beside them."""
    first, after = span_of(year)
    public = Q(tlp=Label.CLEAR)
    rows = PortalDocument.objects.filter(published_at__gte=first, published_at__lt=after, recalled_at=None).order_by()
    found = rows.values_list("hazards__slug").annotate(
        count=Count("pk", distinct=True), open=Count("pk", filter=public, distinct=True)
    )
    counts = {slug: (count, seen) for slug, count, seen in found}
    cells = [Cell(row.slug, row.name, *counts.get(row.slug, (0, 0))) for row in Hazard.objects.order_by("name")]
    if None in counts:
        cells.append(Cell("none-named", _("No hazard named"), *counts[None]))
    return Counted(cells, Cell("", "", rows.count(), rows.filter(public).count()))


measures.register(
    Measure(
        name="documents-by-hazard",
        place=30,
        section=measures.CAPABILITIES,
        title=gettext_lazy("Plans, templates and guides delivered, by hazard"),
        definition=gettext_lazy(
            "Documents that were published in the library in the year and were not recalled. One that is about several "
            "hazards is counted at each of them, and once in the total."
        ),
        unit=gettext_lazy("documents"),
        source=gettext_lazy("The library"),
        heading=gettext_lazy("Hazard"),
        compute=by_hazard,
        total=gettext_lazy("All documents"),
    )
)
