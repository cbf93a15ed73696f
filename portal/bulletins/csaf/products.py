"""The tree of products of an advisory, made flat."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from portal.bulletins.csaf import schema
from portal.bulletins.csaf.documents import Product
from portal.bulletins.csaf.errors import DuplicateProduct, TooMany
from portal.core.sanitise import clean_line

_VERSION_LEVELS: Final = frozenset({"product_version", "product_version_range", "patch_level", "service_pack"})
_PRODUCT_LEVELS: Final = frozenset({"product_family", "product_name"})

_SCHEME: Final = re.compile(r"^vers:[a-z0-9.+-]+/", re.IGNORECASE)
# A bound and what it bounds, also where the mark between two of them is missing ('>=V7.80<V9.40').
_BOUND: Final = re.compile(r"(<=|>=|!=|<|>|=)\s*([^<>=!|]+)")
_WORDS: Final = {
    "<": "before {}",
    "<=": "up to and including {}",
    ">": "later than {}",
    ">=": "from {}",
    "=": "{}",
    "!=": "except {}",
}


def flatten(tree: schema.ProductTree, *, name: str) -> tuple[Product, ...]:
    """Every product once, in the order of the file. Raises `DuplicateProduct` if two share an id."""
    found: dict[str, Product] = {}
    for product in _all(tree):
        if found.setdefault(product.product_id, product) != product:
            raise DuplicateProduct(name, product=product.product_id)
        if len(found) > schema.MOST_PRODUCTS:
            raise TooMany(name, what="the list of products", limit=f"{schema.MOST_PRODUCTS:,}")
    for relationship in tree.relationships:
        product = _combined(relationship, found)
        if found.setdefault(product.product_id, product) != product:
            raise DuplicateProduct(name, product=product.product_id)
    return tuple(found.values())


def readable_versions(raw: str) -> str:
    """A version range for a person: 'vers:all/>=V7.80|<V9.40' is 'from V7.80, before V9.40'.

    What is not a range is left as it is.
    """
    text = _SCHEME.sub("", raw.strip())
    if text == "*":
        return "all versions"
    bounds = _BOUND.findall(text)
    if not bounds:
        return text.replace("|", ", ")
    # Words beside the bounds, as in '<=3.3 (with <=module 4.2)', would lose their sense.
    if "(" in text or _BOUND.sub("", text).strip(" |,*"):
        return text
    return ", ".join(_WORDS[sign].format(version.strip(" ,")) for sign, version in bounds)


def _all(tree: schema.ProductTree) -> Iterator[Product]:
    for each in tree.full_product_names:
        name = clean_line(each.name)
        yield Product(product_id=each.product_id, name=name, product=name)
    yield from _of_branches(tree.branches)


def _of_branches(branches: Iterable[schema.Branch]) -> Iterator[Product]:
    # A list of what is still to do rather than recursion, so that the depth of the tree cannot matter.
    waiting: list[tuple[schema.Branch, tuple[schema.Branch, ...]]]
    waiting = [(branch, (branch,)) for branch in reversed(tuple(branches))]
    while waiting:
        branch, path = waiting.pop()
        if branch.product:
            yield _product(branch.product, path)
        waiting += [(child, (*path, child)) for child in reversed(branch.branches)]


def _product(product: schema.FullProductName, path: Sequence[schema.Branch]) -> Product:
    return Product(
        product_id=product.product_id,
        name=clean_line(product.name),
        vendor=" ".join(clean_line(branch.name) for branch in path if branch.category == "vendor"),
        product=" ".join(clean_line(branch.name) for branch in path if branch.category in _PRODUCT_LEVELS),
        versions=" ".join(
            readable_versions(clean_line(branch.name)) for branch in path if branch.category in _VERSION_LEVELS
        ),
    )


def _combined(relationship: schema.Relationship, found: Mapping[str, Product]) -> Product:
    """A product that is another one installed on, or part of, a third: it is sold by the vendor of the first."""
    part = found.get(relationship.product_reference)
    name = clean_line(relationship.full_product_name.name)
    return Product(
        product_id=relationship.full_product_name.product_id,
        name=name,
        vendor=part.vendor if part else "",
        product=name,
        versions=part.versions if part else "",
    )
