"""Broken, hostile and foreign files. Each is the same good file with one thing wrong, refused for that reason."""

import json
import os
from functools import partial

import pytest
from hypothesis import given, settings, strategies as st

from portal.bulletins.csaf import Refused, errors, read
from tests.bulletins.csaf.advisories import Values, advisory, drop, encoded, put
from tests.effort import MUCH, plain, times_as_much


def test_the_file_that_all_others_here_are_made_from_is_taken():
    assert read(encoded()).tracking_id == "ICSA-24-001-01"


# --- the file ------------------------------------------------------------------------------------


def test_a_file_of_fifty_megabytes_is_refused_unread(tmp_path, monkeypatch):
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(50 * 1024 * 1024)  # sparse: it takes no room
    monkeypatch.setattr(os, "open", lambda *arguments: pytest.fail("it was opened"))

    with pytest.raises(errors.TooLarge, match=r"huge\.json: the file is larger than the 10 MB"):
        read(path)


def test_the_limit_is_counted_in_bytes_and_may_be_set():
    content = encoded()

    assert read(content, max_bytes=len(content)).title
    with pytest.raises(errors.TooLarge):
        read(content, max_bytes=len(content) - 1)


@pytest.mark.parametrize("kind", ["missing", "folder", "pipe", "device", "loop", "dangling", "nul", "long"])
def test_what_is_not_a_plain_file_is_refused_without_waiting(tmp_path, kind):
    path = tmp_path / "odd.json"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "loop":
        path.symlink_to(path)
    elif kind == "dangling":
        path.symlink_to(tmp_path / "nowhere")
    elif kind == "nul":
        path = tmp_path / "a\0b"
    elif kind == "long":
        path = tmp_path / ("x" * 5_000)

    with pytest.raises(errors.NotReadable, match="not a file that can be read"):
        read(path)


def test_a_link_to_a_plain_file_is_followed(tmp_path):
    (tmp_path / "real.json").write_bytes(encoded())
    (tmp_path / "link.json").symlink_to("real.json")

    assert read(tmp_path / "link.json").title


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_without_permission_is_refused(tmp_path):
    path = tmp_path / "secret.json"
    path.write_bytes(encoded())
    path.chmod(0)

    with pytest.raises(errors.NotReadable):
        read(path)


# --- the text ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [encoded().decode().encode("utf-16"), b'{"a": "\xff"}', b"\x00\x01\x02\xfe", b"\x1f\x8b\x08"]
)
def test_what_is_not_utf_8_is_refused(content):
    with pytest.raises((errors.NotUtf8, errors.NotJson)):
        read(content)


def test_a_byte_order_mark_is_passed_over():
    assert read(b"\xef\xbb\xbf" + encoded()).title


@pytest.mark.parametrize("kept", [0, 1, 10, 500, -1, -2])
def test_a_file_that_was_cut_off_is_refused_as_such(kept):
    content = encoded()

    with pytest.raises(errors.CutOff, match="cut off"):
        read(content[:kept])


@pytest.mark.parametrize(
    "content", [b"<html></html>", b"{'a': 1}", b"{} {}", b"{,}", encoded() + b"x", b"[]", b'"x"', b"7"]
)
def test_what_is_not_a_json_object_is_refused(content):
    with pytest.raises(errors.NotJson):
        read(content)


@pytest.mark.parametrize(
    "content",
    [b"[" * 100_000 + b"]" * 100_000, b"[" * 500 + b"]" * 500, b'{"a":' * 71 + b"1" + b"}" * 71, b"[" * 5_000_000],
)
def test_deep_nesting_is_refused(content):
    with pytest.raises((errors.TooDeep, errors.TooMany)):
        read(content)


def test_nesting_as_deep_as_a_product_tree_may_be_is_taken():
    branch: Values = {"category": "product_version", "name": "1", "product": {"name": "Deep", "product_id": "D"}}
    for _ in range(30):
        branch = {"category": "product_family", "name": "f", "branches": [branch]}

    assert read(encoded(put("product_tree.branches", [branch]))).products[0].product_id == "D"


def test_a_key_that_stands_twice_is_refused():
    with pytest.raises(errors.DuplicateKey, match="'title' stands twice"):
        read(encoded().replace(b'"title": "Example', b'"title": "Other", "title": "Example'))


@pytest.mark.parametrize("literal", ["NaN", "Infinity", "-Infinity", "1e999", "1e99999999999999999999", "9" * 5_000])
def test_what_is_no_number_is_refused(literal):
    with pytest.raises(errors.NotFinite):
        read(encoded().replace(b"9.8", literal.encode()))


@pytest.mark.parametrize("text", ["\x00", "\x1b[31m", "\x08", "\x7f", "\ud800", "\x0b"])
@pytest.mark.parametrize(
    "path", ["document.title", "document.notes.0.text", "document.unused", "vulnerabilities.0.remediations.0.details"]
)
def test_control_characters_are_refused_wherever_they_stand(path, text):
    with pytest.raises(errors.ControlCharacters, match=r"document\.|vulnerabilities\[0\]"):
        read(encoded(put(path, f"a{text}b")))


@pytest.mark.parametrize("text", ["\x85", "\u202e", "\u2066", "\n"])
def test_a_title_may_not_deceive(text):
    with pytest.raises(errors.ControlCharacters, match=r"document\.title"):
        read(encoded(put("document.title", f"a{text}b")))


# --- the schema ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (drop("document.title"), "document.title is missing"),
        (put("document.title", 7), "document.title is not text"),
        (put("document.title", "  "), "document.title"),
        (put("document.notes", "x"), "document.notes is not a list"),
        (put("document.notes.1", "x"), r"document.notes\[1\] is not an object"),
        (put("document.notes.1.text", None), r"document.notes\[1\].text is not text"),
        (drop("document.tracking.revision_history"), "document.tracking.revision_history is missing"),
        (put("document.tracking.revision_history", []), "document.tracking.revision_history"),
        (put("document.tracking.id", "../../etc/passwd"), "document.tracking.id"),
        (put("document.tracking.id", "a b"), "document.tracking.id"),
        (put("document.tracking.version", "1.0"), "document.tracking.version"),
        (put("document.tracking.version", "latest"), "document.tracking.version"),
        (put("document.tracking.current_release_date", "2024-01-01"), "document.tracking.current_release_date"),
        (put("document.tracking.current_release_date", "2024-01-01T00:00:00"), "document.tracking.current_release"),
        (put("document.tracking.current_release_date", "0001-01-01T00:00:00+23:59"), "tracking.current_release"),
        (put("document.tracking.current_release_date", 1704067200), "document.tracking.current_release_date"),
        (put("document.tracking.current_release_date", "soonT"), "document.tracking.current_release_date"),
        (put("vulnerabilities", {}), "vulnerabilities is not a list"),
        (put("vulnerabilities.0.cve", "CVE-24-1"), r"vulnerabilities\[0\].cve"),
        (put("vulnerabilities.0.cwe.id", "121"), r"vulnerabilities\[0\].cwe.id"),
        (put("vulnerabilities.0.scores.0.cvss_v3.baseScore", 11), r"vulnerabilities\[0\].scores\[0\].cvss_v3.base"),
        (put("vulnerabilities.0.scores.0.cvss_v3.baseScore", -1), r"scores\[0\].cvss_v3.baseScore"),
        (put("vulnerabilities.0.scores.0.cvss_v3.baseScore", True), r"scores\[0\].cvss_v3.baseScore"),
        (put("vulnerabilities.0.scores.0.cvss_v3.baseScore", "9.8"), r"scores\[0\].cvss_v3.baseScore"),
        (put("vulnerabilities.0.scores.0.cvss_v3.baseScore", 1e300), r"scores\[0\].cvss_v3.baseScore"),
        (put("vulnerabilities.0.scores.0.cvss_v3.version", "9"), r"scores\[0\].cvss_v3.version"),
        (put("vulnerabilities.0.scores.0.cvss_v3.vectorString", "<b>"), r"scores\[0\].cvss_v3.vectorString"),
        (put("vulnerabilities.0.product_status.known_affected", [1]), r"status.known_affected\[0\] is not text"),
        (put("product_tree", []), "product_tree is not an object"),
        (put("product_tree.branches.0.branches.0.name", 3), r"product_tree.branches\[0\].branches\[0\].name"),
    ],
)  # fmt: skip
def test_a_wrong_field_is_named(change, where):
    with pytest.raises(errors.WrongSchema, match=rf"^the advisory: .*{where}"):
        read(encoded(change))


@pytest.mark.parametrize(
    "content", [b"{}", b'{"document": []}', b'{"document": {}}', b'{"document": {"csaf_version": 2.0}}']
)
def test_json_that_is_no_csaf_is_refused(content):
    with pytest.raises(errors.NotCsaf, match="not a CSAF advisory"):
        read(content)


@pytest.mark.parametrize("version", ["1.2", "2.1", "2", ""])
def test_other_versions_of_csaf_are_refused(version):
    with pytest.raises(errors.OtherVersion, match=f"CSAF {version}"):
        read(encoded(put("document.csaf_version", version)))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (put("document.title", "x" * 256), "document.title"),
        (put("document.notes.0.text", "x" * 50_001), r"document.notes\[0\].text"),
        (put("document.unused", "x" * 100_001), "document.unused"),
        (put("document.notes", [{"category": "other", "text": "x"}] * 2_001), "document.notes"),
        (put("vulnerabilities", [{}] * 2_001), "vulnerabilities"),
        (put("vulnerabilities.0.product_status.fixed", ["x"] * 20_001), r"vulnerabilities\[0\].product_status.fixed"),
        (put("product_tree.full_product_names",
             [{"name": "x", "product_id": str(number)} for number in range(20_000)]), "the list of products"),
        (put("document.unused", [[]] * 600_000), "the list of values"),
    ],
)  # fmt: skip
def test_absurd_sizes_are_refused(change, where):
    with pytest.raises(errors.TooMany, match=f"{where} is longer than"):
        read(encoded(change))


def test_a_million_wrong_values_are_one_complaint():
    values = encoded(put("vulnerabilities.0.product_status.fixed", [1] * 19_999))
    lists = encoded(put("vulnerabilities", [{"remediations": [7] * 400}] * 1_999))
    note = {"category": "general", "text": plain(50_000)}
    right = encoded(put("document.notes", [note] * (len(lists) // 50_000)))
    for wrong in (values, lists):
        assert times_as_much(partial(refused, wrong), partial(read, right)) < MUCH


def refused(data):
    with pytest.raises(errors.WrongSchema):
        read(data)


# --- what is in it -------------------------------------------------------------------------------


@pytest.mark.parametrize("label", ["RED", "AMBER", "AMBER+STRICT", "GREEN", "white", "TLP:WHITE", "", "UNLABELED"])
def test_a_file_that_is_not_public_is_refused(label):
    with pytest.raises(errors.Restricted, match=r"only TLP:CLEAR"):
        read(encoded(put("document.distribution.tlp.label", label)))


@pytest.mark.parametrize("change", [drop("document.distribution"), drop("document.distribution.tlp")])
def test_a_file_without_a_label_is_not_taken_for_public(change):
    with pytest.raises(errors.NotLabelled, match="no TLP label"):
        read(encoded(change))


def test_a_label_that_its_own_words_contradict_is_refused():
    with pytest.raises(errors.Restricted, match="TLP: Amber"):
        read(encoded(put("document.distribution.text", "TLP: Amber, members only")))


def test_the_new_name_of_the_label_is_taken():
    assert read(encoded(put("document.distribution.tlp.label", "CLEAR"))).title


@pytest.mark.parametrize("status", ["draft", "Final", "withdrawn", ""])
def test_what_is_not_released_is_refused(status):
    with pytest.raises(errors.NotReleased, match=f"status '{status}'"):
        read(encoded(put("document.tracking.status", status)))


@pytest.mark.parametrize("category", ["csaf_base", "csaf_security_advisory2", "Security Advisory", ""])
def test_other_categories_are_refused(category):
    with pytest.raises(errors.OtherCategory):
        read(encoded(put("document.category", category)))


@pytest.mark.parametrize(
    "category", ["csaf_vex", "csaf_security_incident_response", "csaf_informational_advisory", "csaf_security_advisory"]
)
def test_these_categories_are_taken(category):
    assert read(encoded(put("document.category", category))).category == category


@pytest.mark.parametrize(
    "namespace", ["https://example.org/", "http://www.cisa.gov/", "https://www.cisa.gov.example.org/", ""]
)
def test_other_publishers_are_refused(namespace):
    with pytest.raises(errors.OtherPublisher):
        read(encoded(put("document.publisher.namespace", namespace)))


def test_publishers_are_a_setting():
    content = encoded(put("document.publisher.namespace", "https://EXAMPLE.org"))

    assert read(content, publishers=["https://example.org/"]).title


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "&lt;script&gt;",
     "a <b>bold</b> claim", "x</title>", "<!-- x", "<x onclick=alert(1)>"],
)  # fmt: skip
@pytest.mark.parametrize(
    "path", ["document.title", "document.notes.0.title", "vulnerabilities.0.title", "product_tree.branches.0.name"]
)
def test_markup_in_a_title_is_refused(path, text):
    with pytest.raises(errors.MarkupInTitle, match="holds markup or a script"):
        read(encoded(put(path, text)))


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", " JavaScript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", "file:///etc/passwd"],
)
@pytest.mark.parametrize(
    "path", ["document.references.0.url", "vulnerabilities.0.references.0.url", "vulnerabilities.0.remediations.0.url"]
)
def test_a_link_that_runs_something_is_refused(path, url):
    with pytest.raises(errors.UnsafeLink, match="would run a program"):
        read(encoded(put(path, url)))


def test_two_products_under_one_id_are_refused():
    with pytest.raises(errors.DuplicateProduct, match="'P-1'"):
        read(encoded(put("product_tree.full_product_names", [{"name": "Other", "product_id": "P-1"}])))


# --- the sentence --------------------------------------------------------------------------------


def test_a_refusal_is_one_printable_sentence_that_names_the_file(tmp_path):
    path = tmp_path / "bad\x1b[31m\nname.json"
    path.write_bytes(encoded(put("document.tracking.status", "x\u202e" + "y" * 500)))

    with pytest.raises(errors.NotReleased) as caught:
        read(path)

    assert str(caught.value).isprintable()
    assert caught.value.source == "bad�[31m�name.json"
    assert str(caught.value).startswith("bad�[31m�name.json: the advisory has the status 'x�yyy")
    assert str(caught.value).endswith("only final and interim ones are taken.")
    assert len(str(caught.value)) < 250


def test_braces_in_a_strangers_words_are_only_words():
    with pytest.raises(errors.NotReleased, match=r"'\{0.__class__\}'"):
        read(encoded(put("document.tracking.status", "{0.__class__}")))


@pytest.mark.parametrize("refusal", [each for each in vars(errors).values() if isinstance(each, type)])
def test_every_refusal_is_of_one_kind(refusal):
    assert issubclass(refusal, Refused)


ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters(), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def _paths(value, path=()):
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _paths(inner, (*path, str(key)))


@given(path=st.sampled_from([".".join(path) for path in _paths(advisory()) if path]), value=ANY_VALUE)
@settings(max_examples=500, deadline=None)
def test_whatever_one_field_holds_the_file_is_read_or_refused(path, value):
    try:
        read(encoded(put(path, value)))
    except Refused as refusal:
        assert str(refusal).isprintable()


@given(st.binary(max_size=300), st.integers(0, 3_000), st.integers(0, 200))
@settings(max_examples=300, deadline=None)
def test_whatever_bytes_a_file_is_damaged_with_it_is_read_or_refused(junk, at, length):
    content = encoded()
    try:
        read(content[:at] + junk + content[at + length :])
    except Refused as refusal:
        assert str(refusal).isprintable()


@given(ANY_VALUE)
@settings(max_examples=200, deadline=None)
def test_any_json_is_read_or_refused(value):
    with pytest.raises(Refused):
        read(json.dumps(value).encode())
