"""What a file is, by its name, its declared type and its first and last bytes; and whether the portal takes it.

No parser from elsewhere runs here, and no length in the file is trusted: this runs in the web process, on any bytes.
The child process looks at the whole file later (`examine`).
"""

from __future__ import annotations

from dataclasses import dataclass

from portal.files import compound, content, hidden, kinds, names, pdf_lock, sentences, zips
from portal.files.enums import Family, Kind, Reason, Shape, Verdict
from portal.files.kinds import Form

HEAD_BYTES = 64 * 1024
TAIL_BYTES = 128 * 1024
LARGEST = 250 * 1024 * 1024
_MEGABYTE = 1024 * 1024
_UNTAKEN = {Shape.PROGRAM: Reason.PROGRAM, Shape.ARCHIVE: Reason.ARCHIVE, Shape.WEB_PAGE: Reason.WEB_PAGE}
# Without an extension only these are taken: their bytes alone say what they are.
_SPEAKS_FOR_ITSELF = {Family.PICTURE, Family.PDF, Family.RECORDING}
_ODF = {
    "application/vnd.oasis.opendocument.text": Kind.ODT,
    "application/vnd.oasis.opendocument.spreadsheet": Kind.ODS,
    "application/vnd.oasis.opendocument.presentation": Kind.ODP,
}
_OOXML = {"word": Kind.DOCX, "xl": Kind.XLSX, "ppt": Kind.PPTX}


@dataclass(frozen=True)
class Identified:
    """The judgement. `sentence` is for the sender: '' when accepted. Only a refused file may have no kind."""

    kind: Kind | None
    reason: Reason
    sentence: str

    @property
    def verdict(self) -> Verdict:
        return self.reason.verdict


@dataclass(frozen=True)
class _Sample:
    """What is known of a file here."""

    ending: str
    declared: str
    head: bytes
    tail: bytes
    length: int
    shape: Shape


class _Judged(Exception):
    """The judgement is made; nothing more need be looked at."""

    def __init__(self, reason: Reason, kind: Kind | None = None) -> None:
        super().__init__()
        self.reason, self.kind = reason, kind


def identify(name: str, declared: str, *, head: bytes, tail: bytes, length: int) -> Identified:
    """Judge a file of `length` bytes from its first `HEAD_BYTES` and last `TAIL_BYTES`.

    `declared` is the content type that came with it. Never raises, whatever the bytes.
    """
    kind = None
    try:
        _weigh(length)
        head, tail = head[:HEAD_BYTES], tail[-TAIL_BYTES:]
        ending = names.extension(names.clean(name))
        sample = _Sample(ending, _plain_type(declared), head, tail, length, content.shape(head))
        kind = _kind(sample)
        reason = _second_look(sample, kinds.BY_KIND[kind])
    except _Judged as judged:
        reason, kind = judged.reason, judged.kind or kind
    return Identified(kind, reason, sentences.about(reason, megabytes=LARGEST // _MEGABYTE))


def _weigh(length: int) -> None:
    if length <= 0:
        raise _Judged(Reason.EMPTY)
    if length > LARGEST:
        raise _Judged(Reason.TOO_LARGE)


def _kind(sample: _Sample) -> Kind:
    """By name and bytes together. Raises `_Judged` where they disagree."""
    _refuse_untaken(sample)
    form = _named(sample)
    if form is None:
        raise _Judged(Reason.UNKNOWN)
    if sample.shape not in form.shapes:
        form = _sibling(form, sample.shape)
    kind = _contained(sample, form)
    if not _is_declared(sample, kinds.BY_KIND[kind]):
        raise _Judged(Reason.MISDECLARED)
    return kind


def _refuse_untaken(sample: _Sample) -> None:
    """What is never taken, by its bytes first: they are what would run."""
    if sample.shape in _UNTAKEN:
        raise _Judged(_UNTAKEN[sample.shape])
    for endings, reason in (
        (kinds.PROGRAM_EXTENSIONS, Reason.PROGRAM),
        (kinds.ARCHIVE_EXTENSIONS, Reason.ARCHIVE),
        (kinds.WEB_PAGE_EXTENSIONS, Reason.WEB_PAGE),
    ):
        if sample.ending in endings:
            raise _Judged(reason)


def _named(sample: _Sample) -> Form | None:
    """The kind that the name says; without an extension, what the bytes say, if they say it plainly."""
    if sample.ending:
        return kinds.BY_EXTENSION.get(sample.ending)
    if sample.shape is Shape.TEXT and sample.declared == "text/plain":
        return kinds.BY_KIND[Kind.TEXT]
    fitting = (form for form in kinds.FORMS if sample.shape in form.shapes and form.family in _SPEAKS_FOR_ITSELF)
    return None if sample.shape is Shape.UNKNOWN else next(fitting, None)


def _sibling(form: Form, shape: Shape) -> Form:
    """A kind of the same family that fits the bytes: pictures and recordings are often misnamed by honest programs."""
    if shape is Shape.UNKNOWN:
        raise _Judged(Reason.MISFIT)
    if form.family in {Family.PICTURE, Family.RECORDING}:
        for other in kinds.FORMS:
            if other.family is form.family and shape in other.shapes:
                return other
    # A document of Office that is locked has another shape than its name says; so it gets the better sentence.
    is_locked = form.family is Family.OFFICE and shape is Shape.OLE2 and Shape.ZIP in form.shapes
    raise _Judged(Reason.LOCKED if is_locked else Reason.MISFIT)


def _contained(sample: _Sample, form: Form) -> Kind:
    """The kind of a container, by what is in it. Raises `_Judged` where it is another than its name says."""
    if sample.shape is Shape.ZIP:
        found = _zipped_kind(sample, form)
    elif sample.shape is Shape.OLE2:
        found = compound.kind(_compound_names(sample)) or form.kind
        if compound.judged(_compound_names(sample)) is Reason.LOCKED:
            raise _Judged(Reason.LOCKED)
    elif form.kind is Kind.EML:
        found = Kind.EML if content.is_mail(sample.head) else None
    else:
        found = form.kind
    if found is not form.kind:
        raise _Judged(Reason.MISFIT)
    return form.kind


def _zipped_kind(sample: _Sample, form: Form) -> Kind | None:
    stored = zips.stored_type(sample.head)
    if stored:
        return _ODF.get(stored)
    directory = _directory(sample, form)
    found = [kind for folder, kind in _OOXML.items() if directory.has_folder(folder)]
    return found[0] if len(found) == 1 else None


def _directory(sample: _Sample, form: Form) -> zips.Directory:
    try:
        return zips.read(sample.tail, length=sample.length)
    except zips.NotADirectory:
        reason = Reason.TWO_THINGS if zips.ends_in_one(sample.tail) else Reason.DAMAGED
        raise _Judged(reason, form.kind) from None
    except zips.OddDirectory:
        raise _Judged(Reason.ODD_CONTAINER, form.kind) from None


def _compound_names(sample: _Sample) -> set[str]:
    return compound.names((0, sample.head), (sample.length - len(sample.tail), sample.tail))


def _second_look(sample: _Sample, form: Form) -> Reason:
    """What speaks against a file that is what it says it is."""
    reason = _of_container(sample, form)
    if reason is not Reason.FINE:
        return reason
    if hidden.is_two_things(sample.shape, head=sample.head, tail=sample.tail):
        return Reason.TWO_THINGS
    return Reason.MACROS if sample.ending in kinds.MACRO_EXTENSIONS else Reason.FINE


def _of_container(sample: _Sample, form: Form) -> Reason:
    if sample.shape is Shape.ZIP:
        return zips.judged(_directory(sample, form))
    if sample.shape is Shape.OLE2:
        is_cut = sample.length < compound.SMALLEST
        return Reason.DAMAGED if is_cut else compound.judged(_compound_names(sample))
    if form.kind is Kind.PDF:
        return Reason.LOCKED if pdf_lock.asks_for_password(sample.head, sample.tail) else Reason.FINE
    if sample.shape is Shape.TEXT and b"\0" in sample.tail and not sample.head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Reason.MISFIT
    return Reason.FINE


def _is_declared(sample: _Sample, form: Form) -> bool:
    """Whether the declared type fits, or says nothing. Within a family it may name another kind."""
    declared = sample.declared
    if declared in kinds.SAYS_NOTHING or declared in form.types:
        return True
    if form.family is Family.RECORDING:
        return declared.startswith(("video/", "audio/")) or declared in kinds.RECORDING_TYPES
    return form.family is Family.PICTURE and declared.startswith("image/") and "svg" not in declared


def _plain_type(declared: str) -> str:
    return declared.split(";", 1)[0].strip().lower()
