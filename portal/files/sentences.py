"""What people read about a file: what happened, what was kept, what to do next. Only the parent imports this."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from portal.files.enums import Fact, Finding, Reason, Removed, Title, Trouble

HELD = gettext_lazy("You need not do anything.")
Words = str | Promise
# What happened, and what to do next.
JUDGEMENTS: dict[Reason, tuple[Words, Words]] = {
    Reason.EMPTY: (
        gettext_lazy("The file is empty, so it was not taken."),
        gettext_lazy("Check the file and send it again."),
    ),
    Reason.TOO_LARGE: (
        gettext_lazy("The file is larger than %(megabytes)d MB, so it was not taken."),
        gettext_lazy("Send a shorter part of it, or tell the desk that you have it."),
    ),
    Reason.PROGRAM: (
        gettext_lazy("The file is a program or a script, so it was not taken."),
        gettext_lazy("If it matters, describe it, and tell the desk that you have it."),
    ),
    Reason.ARCHIVE: (
        gettext_lazy("The file is a packed folder or a disk, so it was not taken."),
        gettext_lazy("Unpack it and send the files one by one."),
    ),
    Reason.WEB_PAGE: (
        gettext_lazy("The file is a web page or is written like one, so it was not taken."),
        gettext_lazy("Send a picture of it, or print it to a PDF and send that."),
    ),
    Reason.UNKNOWN: (
        gettext_lazy("The file is of a kind that is not taken here."),
        gettext_lazy("Send it as a picture, a PDF, or an Office or text file, or tell the desk that you have it."),
    ),
    Reason.MISFIT: (
        gettext_lazy("What is in the file does not fit the ending of its name, so it was not taken."),
        gettext_lazy("Open it, save it again from there, and send that."),
    ),
    Reason.MISDECLARED: (
        gettext_lazy("Your browser says that the file is something else than it is, so it was not taken."),
        gettext_lazy("Save it again under a new name, and send that."),
    ),
    Reason.DAMAGED: (
        gettext_lazy("The file is damaged or a part of it is missing, so it was not taken."),
        gettext_lazy("Check whether it opens on your device, and send it again."),
    ),
    Reason.LOCKED: (
        gettext_lazy("The file is locked with a password, so it could not be checked and was not taken."),
        gettext_lazy("Save it without the password, or print it to a new PDF, and send that."),
    ),
    Reason.BOMB: (
        gettext_lazy("The file would grow to an enormous size when opened, so it was not taken."),
        gettext_lazy("Save it again in a smaller form, or send a picture of it."),
    ),
    Reason.MACROS: (
        gettext_lazy(
            "The file has small programs (macros) in it, so it is kept locked until two of the desk's staff look at it."
        ),
        HELD,
    ),
    Reason.TWO_THINGS: (
        gettext_lazy(
            "The file is two kinds of file in one, so it is kept locked until two of the desk's staff look at it."
        ),
        HELD,
    ),
    Reason.NESTED: (
        gettext_lazy(
            "The file has other files packed inside, so it is kept locked until two of the desk's staff look at it."
        ),
        HELD,
    ),
    Reason.ODD_CONTAINER: (
        gettext_lazy(
            "The file is built in an unusual way, so it is kept locked until two of the desk's staff look at it."
        ),
        HELD,
    ),
}


def about(reason: Reason, *, megabytes: int = 0) -> str:
    """To the person who sends the file. Nothing if all is well."""
    if reason not in JUDGEMENTS:
        return ""
    happened, next_step = (str(words) for words in JUDGEMENTS[reason])
    happened %= {"megabytes": megabytes}
    kept = _("The rest is kept.") if reason.verdict.value == "refused" else ""
    return " ".join(part for part in (happened, kept, next_step) if part)


def of_finding(finding: Finding) -> str:
    """To the desk."""
    return {
        Finding.MACROS: _("It has macros. Two people open it together."),
        Finding.LOCKED: _("It is locked with a password, so nobody could look inside. Two people open it together."),
        Finding.BOMB: _("It would grow to an enormous size when opened. Two people open it together."),
        Finding.NESTED: _("It has packed files inside. Two people open it together."),
        Finding.ODD_CONTAINER: _("It is built as no common program builds it. Two people open it together."),
        Finding.TWO_THINGS: _("It is two kinds of file in one. Two people open it together."),
        Finding.LAUNCH: _("It tries to start programs or send data when opened. Two people open it together."),
        Finding.EMBEDDED_PROGRAM: _("A program or script is inside. Two people open it together."),
        Finding.EMBEDDED_OBJECT: _(
            "It has an object inside that another program would run. Two people open it together."
        ),
        Finding.OTHER_KIND: _("Inside it is another kind of file than its name says. Two people open it together."),
        Finding.SCRIPT: _("It has JavaScript. The safe copy has none."),
        Finding.EMBEDDED_FILE: _("Other files are inside. The safe copy has none of them."),
        Finding.OUTSIDE_LINK: _("It fetches something from elsewhere when opened. The safe copy does not."),
        Finding.DAMAGED: _("It is damaged or a part of it is missing. The safe copy shows what could be read."),
        Finding.CUT_SHORT: _("It is long. The safe copy shows its beginning only."),
        Finding.NO_PAGES: _("Pictures of its pages could not be made. The original is kept, sealed."),
    }[finding]


def of_removal(removed: Removed) -> str:
    return {
        Removed.EXIF: _("EXIF data"),
        Removed.POSITION: _("Position"),
        Removed.THUMBNAIL: _("Thumbnail"),
        Removed.COLOUR_PROFILE: _("Colour profile"),
        Removed.COMMENT: _("Comment in the picture"),
        Removed.XMP: _("XMP data"),
        Removed.FRAMES: _("Further pictures of an animation or a series"),
        Removed.APPENDED: _("Data behind the end of the picture"),
        Removed.DETAIL: _("Fine detail: the picture was made smaller"),
        Removed.TRANSPARENCY: _("Transparency"),
        Removed.DOCUMENT_PROPERTIES: _("Properties of the document"),
        Removed.SCRIPT: _("JavaScript"),
        Removed.ACTIONS: _("Actions that start something"),
        Removed.FORM: _("Form fields that can be filled in"),
        Removed.MACROS: _("Macros"),
        Removed.LINKS: _("External links"),
        Removed.EMBEDDED: _("Embedded files"),
        Removed.PICTURES: _("Pictures and drawings"),
        Removed.LAYOUT: _("Layout"),
        Removed.FORMULAS: _("Formulas: their last results are shown"),
        Removed.REVISIONS: _("Tracked changes and comments"),
        Removed.ATTACHMENTS: _("Attachments"),
        Removed.MARKUP: _("Layout and links of the mail"),
        Removed.HEADERS: _("Technical header lines"),
        Removed.CONTROLS: _("Control characters"),
        Removed.PAGES: _("Pages after those that are shown"),
        Removed.TEXT: _("Text after the part that is shown"),
    }[removed]


def of_fact(fact: Fact) -> str:
    return {
        Fact.LATITUDE: _("Latitude, in degrees north"),
        Fact.LONGITUDE: _("Longitude, in degrees east"),
        Fact.ALTITUDE: _("Altitude, in metres"),
        Fact.DIRECTION: _("Direction of view, in degrees"),
        Fact.POSITION_TIME: _("Time of the position (UTC)"),
        Fact.TAKEN: _("Taken, by the camera's clock"),
        Fact.MAKE: _("Camera made by"),
        Fact.MODEL: _("Camera"),
        Fact.SERIAL: _("Serial number"),
        Fact.LENS: _("Lens"),
        Fact.SOFTWARE: _("Software"),
        Fact.ARTIST: _("Photographer named in the file"),
        Fact.DESCRIPTION: _("Description"),
        Fact.WIDTH: _("Width of the original, in pixels"),
        Fact.HEIGHT: _("Height of the original, in pixels"),
        Fact.FRAMES: _("Number of pictures"),
        Fact.AUTHOR: _("Author"),
        Fact.LAST_AUTHOR: _("Last changed by"),
        Fact.COMPANY: _("Organization"),
        Fact.TITLE: _("Title"),
        Fact.SUBJECT: _("Subject"),
        Fact.KEYWORDS: _("Keywords"),
        Fact.CREATOR: _("Written with"),
        Fact.PRODUCER: _("Produced by"),
        Fact.CREATED: _("Created"),
        Fact.MODIFIED: _("Changed"),
        Fact.PRINTED: _("Printed"),
        Fact.REVISION: _("Revision"),
        Fact.PAGES: _("Pages"),
        Fact.SENDER: _("Sender"),
        Fact.RECEIVED_BY_WAY_OF: _("Received by way of"),
        Fact.MESSAGE_ID: _("Message ID"),
    }[fact]


def of_trouble(trouble: Trouble) -> str:
    """Why the desk sees no safe copy. The original stays sealed in each case."""
    return {
        Trouble.KIND: _("No safe copy can be made of this kind of file. The original is kept, sealed."),
        Trouble.NOTHING: _("There is no text and no picture in the file to show. The original is kept, sealed."),
        Trouble.TOO_LARGE: _("The file is too large for a safe copy. The original is kept, sealed."),
        Trouble.TOO_COMPLEX: _("There is too much in the file for a safe copy. The original is kept, sealed."),
        Trouble.LOCKED: _(
            "The file is locked with a password, so there is no safe copy. The original is kept, sealed."
        ),
        Trouble.DAMAGED: _("The file could not be read, so there is no safe copy. The original is kept, sealed."),
        Trouble.BOMB: _(
            "The file would grow to an enormous size, so there is no safe copy. The original is kept, sealed."
        ),
        Trouble.MEMORY: _("The safe copy needed too much memory and was given up. The original is kept, sealed."),
        Trouble.TIME: _("The safe copy took too long and was given up. The original is kept, sealed."),
        Trouble.CRASH: _(
            "The program that makes safe copies broke on this file. Treat the file as hostile. The "
            "original is kept, sealed."
        ),
        Trouble.NONSENSE: _(
            "The program that makes safe copies gave no usable answer. Treat the file as hostile. "
            "The original is kept, sealed."
        ),
        Trouble.NOT_STARTED: _(
            "The program that makes safe copies did not start. The original is kept, sealed. Try again later."
        ),
    }[trouble]


def of_title(title: Title, *, number: int, name: str) -> str:
    """What a part of a safe copy is of. A name comes from the file."""
    words = {
        Title.PICTURE: _("Picture"),
        Title.PAGE: _("Page %(number)d"),
        Title.PAGE_TEXT: _("Text of page %(number)d"),
        Title.TEXT: _("Text"),
        Title.TABLE: _("Table %(number)d"),
        Title.SHEET: _("Sheet %(number)d"),
        Title.SLIDE: _("Slide %(number)d"),
        Title.NOTES: _("Notes of slide %(number)d"),
        Title.HEADERS: _("Head of the mail"),
        Title.ATTACHMENTS: _("Attachments"),
        Title.MARGINS: _("Headers, footers and notes"),
    }[title] % {"number": number}
    return f"{words}: {name}" if name else words
