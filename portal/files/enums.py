"""The words of this room. Only the standard library: the child process imports this as well."""

from __future__ import annotations

from enum import Enum


class Kind(Enum):
    """What a file is. The value is short and stable: it may be stored."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    TIFF = "tiff"
    BMP = "bmp"
    HEIC = "heic"
    AVIF = "avif"
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"
    PPTX = "pptx"
    ODT = "odt"
    ODS = "ods"
    ODP = "odp"
    DOC = "doc"
    XLS = "xls"
    PPT = "ppt"
    RTF = "rtf"
    TEXT = "text"
    CSV = "csv"
    MARKDOWN = "markdown"
    EML = "eml"
    MSG = "msg"
    MP3 = "mp3"
    M4A = "m4a"
    WAV = "wav"
    OGG = "ogg"
    AAC = "aac"
    FLAC = "flac"
    AMR = "amr"
    WMA = "wma"
    MP4 = "mp4"
    MOV = "mov"
    THREE_GP = "3gp"
    AVI = "avi"
    MKV = "mkv"
    WEBM = "webm"
    MPEG = "mpeg"
    MPEG_TS = "mpegts"
    WMV = "wmv"
    H264 = "h264"
    H265 = "h265"
    RECORDER = "recorder"


class Family(Enum):
    """Which kinds stand in for one another when a phone or an app names them wrongly: those of one family."""

    PICTURE = "picture"
    PDF = "pdf"
    OFFICE = "office"
    TEXT = "text"
    MAIL = "mail"
    RECORDING = "recording"


class Shape(Enum):
    """What the bytes look like, whatever their name says. Several kinds may share a shape."""

    JPEG = "jpeg"
    PNG = "png"
    GIF = "gif"
    WEBP = "webp"
    TIFF = "tiff"
    BMP = "bmp"
    HEIF = "heif"
    AVIF = "avif"
    PDF = "pdf"
    ZIP = "zip"
    OLE2 = "ole2"
    RTF = "rtf"
    TEXT = "text"
    MP3 = "mp3"
    AAC = "aac"
    FLAC = "flac"
    AMR = "amr"
    OGG = "ogg"
    WAVE = "wave"
    AVI = "avi"
    MP4 = "mp4"
    QUICKTIME = "quicktime"
    MATROSKA = "matroska"
    ASF = "asf"
    MPEG_PROGRAM = "mpeg program stream"
    MPEG_TRANSPORT = "mpeg transport stream"
    BARE_H26X = "bare h.264 or h.265"
    RECORDER = "recorder"
    PROGRAM = "program"
    ARCHIVE = "archive"
    WEB_PAGE = "web page"
    UNKNOWN = "unknown"


class Copying(Enum):
    """What a safe copy of a kind consists of."""

    PICTURES = "pictures"
    PAGES = "pictures of pages and their text"
    TEXT = "text and tables"
    NONE = "none"


class Verdict(Enum):
    ACCEPTED = "accepted"
    REFUSED = "refused"
    HELD = "held"


class Reason(Enum):
    """Why a file was judged as it was."""

    FINE = "fine"
    EMPTY = "empty"
    TOO_LARGE = "too large"
    PROGRAM = "program"
    ARCHIVE = "archive"
    WEB_PAGE = "web page"
    UNKNOWN = "unknown"
    MISFIT = "misfit"
    MISDECLARED = "misdeclared"
    DAMAGED = "damaged"
    LOCKED = "locked"
    BOMB = "bomb"
    MACROS = "macros"
    TWO_THINGS = "two things"
    NESTED = "nested"
    ODD_CONTAINER = "odd container"

    @property
    def verdict(self) -> Verdict:
        """Held is what may itself be the evidence, and what its sender cannot mend; refused is all else."""
        if self is Reason.FINE:
            return Verdict.ACCEPTED
        held = {Reason.MACROS, Reason.TWO_THINGS, Reason.NESTED, Reason.ODD_CONTAINER}
        return Verdict.HELD if self in held else Verdict.REFUSED


class Finding(Enum):
    """What the look at the whole file found."""

    MACROS = "macros"
    LOCKED = "locked"
    BOMB = "bomb"
    NESTED = "nested"
    ODD_CONTAINER = "odd container"
    TWO_THINGS = "two things"
    LAUNCH = "launch"
    EMBEDDED_PROGRAM = "embedded program"
    EMBEDDED_OBJECT = "embedded object"
    OTHER_KIND = "other kind"
    SCRIPT = "script"
    EMBEDDED_FILE = "embedded file"
    OUTSIDE_LINK = "outside link"
    DAMAGED = "damaged"
    CUT_SHORT = "cut short"
    NO_PAGES = "no pictures of pages"

    @property
    def is_held(self) -> bool:
        """Whether the original is for two people together from now on."""
        fine = {
            Finding.SCRIPT,
            Finding.EMBEDDED_FILE,
            Finding.OUTSIDE_LINK,
            Finding.DAMAGED,
            Finding.CUT_SHORT,
            Finding.NO_PAGES,
        }
        return self not in fine


class Removed(Enum):
    """What is not in a safe copy although it was in the original."""

    EXIF = "exif"
    POSITION = "position"
    THUMBNAIL = "thumbnail"
    COLOUR_PROFILE = "colour profile"
    COMMENT = "comment"
    XMP = "xmp"
    FRAMES = "frames"
    APPENDED = "appended"
    DETAIL = "detail"
    TRANSPARENCY = "transparency"
    DOCUMENT_PROPERTIES = "document properties"
    SCRIPT = "script"
    ACTIONS = "actions"
    FORM = "form"
    MACROS = "macros"
    LINKS = "links"
    EMBEDDED = "embedded"
    PICTURES = "pictures"
    LAYOUT = "layout"
    FORMULAS = "formulas"
    REVISIONS = "revisions"
    ATTACHMENTS = "attachments"
    MARKUP = "markup"
    HEADERS = "headers"
    CONTROLS = "controls"
    PAGES = "pages"
    TEXT = "text"


class Fact(Enum):
    """What is known of an original from its metadata. It is evidence and stands beside the safe copy."""

    LATITUDE = "latitude"
    LONGITUDE = "longitude"
    ALTITUDE = "altitude"
    DIRECTION = "direction"
    POSITION_TIME = "position time"
    TAKEN = "taken"
    MAKE = "make"
    MODEL = "model"
    SERIAL = "serial"
    LENS = "lens"
    SOFTWARE = "software"
    ARTIST = "artist"
    DESCRIPTION = "description"
    WIDTH = "width"
    HEIGHT = "height"
    FRAMES = "frames"
    AUTHOR = "author"
    LAST_AUTHOR = "last author"
    COMPANY = "company"
    TITLE = "title"
    SUBJECT = "subject"
    KEYWORDS = "keywords"
    CREATOR = "creator"
    PRODUCER = "producer"
    CREATED = "created"
    MODIFIED = "modified"
    PRINTED = "printed"
    REVISION = "revision"
    PAGES = "pages"
    SENDER = "sender"
    RECEIVED_BY_WAY_OF = "received by way of"
    MESSAGE_ID = "message id"


class Trouble(Enum):
    """Why there is no safe copy."""

    KIND = "kind"
    NOTHING = "nothing to show"
    TOO_LARGE = "too large"
    TOO_COMPLEX = "too complex"
    LOCKED = "locked"
    DAMAGED = "damaged"
    BOMB = "bomb"
    MEMORY = "memory"
    TIME = "time"
    CRASH = "crash"
    NONSENSE = "nonsense"
    NOT_STARTED = "not started"


class PartForm(Enum):
    PICTURE = "picture"
    TEXT = "text"
    TABLE = "table"


class Title(Enum):
    """What a part of a safe copy is of; most have a number, some a name from the file."""

    PICTURE = "picture"
    PAGE = "page"
    PAGE_TEXT = "page text"
    TEXT = "text"
    TABLE = "table"
    SHEET = "sheet"
    SLIDE = "slide"
    NOTES = "notes"
    HEADERS = "headers"
    ATTACHMENTS = "attachments"
    MARGINS = "margins"


class Confined(Enum):
    """What a process that meets hostile files could take away from itself on this machine."""

    LIMITS = "limits"
    NO_DESCRIPTORS = "no new files or sockets"
    NO_PRIVILEGES = "no new privileges"
    ENDS_WITH_PARENT = "ends with its parent"
    OWN_NETWORK = "network of its own, without a way out"
    NO_FILES = "no files (Landlock)"
    NOBODY = "nobody, where the portal is root"
    OWN_ACCOUNTS = "user namespace of its own"
    OWN_FOLDER = "no files but its own folder and the system's programs (Landlock)"
    NO_SOCKETS = "no sockets to others (seccomp)"
