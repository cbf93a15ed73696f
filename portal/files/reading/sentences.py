"""What people read about the reading of a file, in plain words. Only the parent imports this."""

from __future__ import annotations

from django.utils.translation import gettext as _, gettext_lazy

from portal.files.enums import Trouble
from portal.files.reading.enums import Finding

_STAYS = gettext_lazy("It can still be downloaded, and search finds it by its title and its facts.")
_FINDINGS = {
    Finding.NOT_TAGGED: gettext_lazy(
        "The PDF has no tags. Screen readers cannot tell headings, lists and tables from other text. "
        "Save it as a tagged PDF, or offer another format."
    ),
    Finding.NO_TITLE: gettext_lazy(
        "The PDF has no title in its properties. Screen readers read its file name instead. Give it a title."
    ),
    Finding.NO_LANGUAGE: gettext_lazy(
        "The PDF does not say its language. Screen readers may read it out in the wrong one. Set it in its properties."
    ),
    Finding.LOCKED_FOR_READERS: gettext_lazy(
        "The PDF is locked against copying, also for assistive programs. "
        "Some people cannot have it read out. Save it without that lock."
    ),
    Finding.IMAGE_ONLY: gettext_lazy(
        "The pages are pictures without text. Nobody can search, copy or hear them. Offer a file with text as well."
    ),
    Finding.PAGES_WITHOUT_TEXT: gettext_lazy(
        "Some pages are pictures without text. Nobody can search, copy or hear these. Offer a file with text as well."
    ),
    Finding.POOR_TEXT_LAYER: gettext_lazy(
        "The text behind some pages is wrong in many places, as after a poor scan. Search may miss words. "
        "Offer a better file if there is one."
    ),
    Finding.UNREAD_PAGES: gettext_lazy("Some pages could not be read. Search does not find what is on them."),
}
_TROUBLES = {
    Trouble.KIND: gettext_lazy("The text of this kind of file is not read."),
    Trouble.NOTHING: gettext_lazy("There is nothing in the file that could be read."),
    Trouble.TOO_LARGE: gettext_lazy("The file is too large to be read."),
    Trouble.TOO_COMPLEX: gettext_lazy("The file is too complex to be read."),
    Trouble.LOCKED: gettext_lazy("The file is locked with a password, so it could not be read."),
    Trouble.DAMAGED: gettext_lazy("The file is damaged, so it could not be read."),
    Trouble.BOMB: gettext_lazy("The file would grow to an enormous size when opened, so it was not read."),
    Trouble.MEMORY: gettext_lazy("The file needs too much memory, so it could not be read."),
    Trouble.TIME: gettext_lazy("Reading the file took too long, so it was given up."),
    Trouble.CRASH: gettext_lazy("The program that reads files broke over this one, so it could not be read."),
    Trouble.NONSENSE: gettext_lazy("The program that reads files went wrong over this one, so it was not believed."),
    Trouble.NOT_STARTED: gettext_lazy("The program that reads files did not start. The desk tries again."),
}


def of_finding(finding: Finding) -> str:
    """What is wrong with the file for some people, and what to do about it."""
    return str(_FINDINGS[finding])


def of_trouble(trouble: Trouble) -> str:
    """What happened, and what is still possible."""
    return _("%(happened)s %(stays)s") % {"happened": _TROUBLES[trouble], "stays": _STAYS}
