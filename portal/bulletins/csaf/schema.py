"""The part of CSAF 2.0 that the portal reads, as pydantic models.

Source: OASIS Common Security Advisory Framework 2.0, section 3. Fields that are allowed there and not used here are
passed over. Bounds are ours: many times what the largest advisory of the public archive holds.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Any, Final, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    FailFast,
    Field,
    StringConstraints,
    ValidationError,
)

from portal.bulletins.csaf.errors import TooMany, WrongSchema

MOST_VULNERABILITIES: Final = 2_000
MOST_PRODUCTS: Final = 20_000
MOST_OTHERS: Final = 2_000

_EARLIEST_YEAR: Final = 1990
_LATEST_YEAR: Final = 2200
_HIGHEST_SCORE: Final = 10


def _moment(value: Any) -> datetime:
    """RFC 3339, as CSAF requires: a date without a time or without an offset could be any of two days."""
    if not isinstance(value, str) or "T" not in value.upper():
        raise ValueError
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not _EARLIEST_YEAR <= moment.year <= _LATEST_YEAR:
        raise ValueError
    return moment.astimezone(UTC)


def _base_score(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError
    number = Decimal(value)
    if not 0 <= number <= _HIGHEST_SCORE:
        raise ValueError
    return number.quantize(Decimal("0.1"))


def _normal_cve(value: str) -> str:
    cve = value.strip().upper()
    if not re.fullmatch(r"CVE-\d{4}-\d{4,19}", cve, re.ASCII):
        raise ValueError
    return cve


T = TypeVar("T")
# One wrong item is enough: a list of a million would otherwise make a million complaints.
Several = Annotated[tuple[T, ...], FailFast(), Field(max_length=MOST_OTHERS)]
Many = Annotated[tuple[T, ...], FailFast(), Field(max_length=MOST_PRODUCTS)]

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255)]
Line = Annotated[str, Field(max_length=1_000)]
# A product's name ends up beside others in a table, a URL in a link: both are longer in vendors' files than one thinks.
Url = Annotated[str, Field(max_length=2_000)]
Text = Annotated[str, Field(max_length=50_000)]
ProductId = Annotated[str, Field(min_length=1, max_length=500)]
ProductIds = Many[ProductId]
Moment = Annotated[datetime, BeforeValidator(_moment)]
# CSAF gives either a whole number or a semantic version (section 3.1.11).
_VERSION: Final = r"^(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,9}\.[0-9]{1,9}(?:[-+][0-9A-Za-z.+-]+)?)?$"
Version = Annotated[str, Field(max_length=100, pattern=_VERSION)]
BaseScore = Annotated[Decimal, BeforeValidator(_base_score)]
Vector = Annotated[str, StringConstraints(strip_whitespace=True, max_length=400, pattern=r"^[A-Za-z0-9:./()]+$")]


class Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Acknowledgment(Part):
    names: Several[Line] = ()
    organization: Line = ""
    summary: Text = ""


class Note(Part):
    category: Line
    text: Text
    title: Line = ""


class Reference(Part):
    url: Url
    summary: Text = ""
    category: Line = "external"


class Publisher(Part):
    name: Line
    namespace: Url


class Tlp(Part):
    label: Line


class Distribution(Part):
    text: Text = ""
    tlp: Tlp | None = None


class Revision(Part):
    number: Version
    date: Moment
    summary: Text = ""
    legacy_version: Line = ""


class Tracking(Part):
    # It names a page and its address, so that it is held to fewer characters than CSAF allows.
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")]
    version: Version
    status: Line
    initial_release_date: Moment
    current_release_date: Moment
    revision_history: Annotated[tuple[Revision, ...], Field(min_length=1, max_length=MOST_OTHERS)]


class Document(Part):
    category: Line
    title: Title
    publisher: Publisher
    tracking: Tracking
    distribution: Distribution | None = None
    lang: Annotated[str, Field(max_length=35)] = ""
    notes: Several[Note] = ()
    references: Several[Reference] = ()
    acknowledgments: Several[Acknowledgment] = ()


class FullProductName(Part):
    product_id: ProductId
    name: Line


class Branch(Part):
    category: Line
    name: Line
    product: FullProductName | None = None
    branches: Many["Branch"] = ()


class Relationship(Part):
    category: Line
    full_product_name: FullProductName
    product_reference: ProductId
    relates_to_product_reference: ProductId


class ProductTree(Part):
    branches: Many[Branch] = ()
    full_product_names: Many[FullProductName] = ()
    relationships: Many[Relationship] = ()


class Weakness(Part):
    id: Annotated[str, Field(pattern=r"^CWE-[1-9][0-9]{0,5}$")]
    name: Line


class CvssV2(Part):
    version: Literal["2.0"] = Field("2.0", validate_default=True)
    base_score: BaseScore = Field(alias="baseScore")
    vector: Vector = Field(alias="vectorString")


class CvssV3(Part):
    version: Literal["3.0", "3.1"]
    base_score: BaseScore = Field(alias="baseScore")
    vector: Vector = Field(alias="vectorString")


class CvssV4(Part):
    version: Literal["4.0"]
    base_score: BaseScore = Field(alias="baseScore")
    vector: Vector = Field(alias="vectorString")


class Score(Part):
    products: ProductIds = ()
    cvss_v2: CvssV2 | None = None
    cvss_v3: CvssV3 | None = None
    # Not part of CSAF 2.0; some producers add it in the way that 2.1 would.
    cvss_v4: CvssV4 | None = None


class ProductStatus(Part):
    first_affected: ProductIds = ()
    first_fixed: ProductIds = ()
    fixed: ProductIds = ()
    known_affected: ProductIds = ()
    known_not_affected: ProductIds = ()
    last_affected: ProductIds = ()
    recommended: ProductIds = ()
    under_investigation: ProductIds = ()


class Remediation(Part):
    category: Line
    details: Text
    url: Url = ""
    date: Moment | None = None
    product_ids: ProductIds = ()


class Vulnerability(Part):
    cve: Annotated[str, AfterValidator(_normal_cve)] | None = None
    title: Line = ""
    cwe: Weakness | None = None
    notes: Several[Note] = ()
    scores: Several[Score] = ()
    product_status: ProductStatus = ProductStatus()
    remediations: Several[Remediation] = ()
    references: Several[Reference] = ()


class Csaf(Part):
    document: Document
    product_tree: ProductTree = ProductTree()
    vulnerabilities: Annotated[tuple[Vulnerability, ...], FailFast(), Field(max_length=MOST_VULNERABILITIES)] = ()


def validate(values: Mapping[str, Any], *, name: str) -> Csaf:
    """Hold the values against the schema. Raises `WrongSchema` or `TooMany` with the path of the first wrong field."""
    try:
        return Csaf.model_validate(values)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
    where = _path(first["loc"])
    if first["type"] in {"too_long", "string_too_long"}:
        raise TooMany(name, what=where, limit=str(first["ctx"]["max_length"]))
    raise WrongSchema(name, where=where, what=_COMPLAINTS.get(first["type"], "is not what CSAF 2.0 asks for there"))


def _path(location: tuple[int | str, ...]) -> str:
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return steps.lstrip(".") or "the file"


_COMPLAINTS: Final = MappingProxyType(
    {
        "missing": "is missing",
        "string_type": "is not text",
        "tuple_type": "is not a list",
        "model_type": "is not an object",
        "model_attributes_type": "is not an object",
        "literal_error": "has a value that CSAF 2.0 does not know",
        "string_pattern_mismatch": "is not written as CSAF 2.0 asks for",
    }
)
