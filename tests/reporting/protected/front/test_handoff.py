"""A package for CISA comes back to who made it, whole, and nothing of it stays behind."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.signals import request_finished
from django.db import close_old_connections, connection
from django.http import UnreadablePostError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings as hypothesis_settings, strategies as st

from portal.audit import Verb
from portal.audit.models import Event
from portal.files.markings.running import Looking
from portal.members.models import Person
from portal.reporting.models import HandOff, ReportingSettings
from portal.reporting.protected.handoff.sheets import EXPRESS
from portal.reporting.protected.handoff.spool import Spool, SpoolingHandler
from portal.reporting.protected.views import handoff
from portal.vault.errors import EnvelopeRefused
from tests.conftest import session_for
from tests.factories import OrganisationFactory, PersonFactory
from tests.reporting.front.conftest import ORIGIN
from tests.reporting.front.test_marker import everything_stored

pytestmark = pytest.mark.django_db
MARK = "xylophone-heron-4471"
DIAGRAM = b"The single line diagram " + MARK.encode() + b"\n" * 200_000  # more than one chunk
TICKS = dict.fromkeys(("order", "others", "voluntary", "nonpublic", "authority"), "on")
TYPED = {
    "entity": "North Power Cooperative",
    "standing": "owner",
    "position": "Chief engineer",
    "name": "The engineer of the night",
    "email": "engineer@power.example",
    "telephone": "573-555-0142",
    "address": "4 Dam Road\nJefferson City",
    "what": f"A diagram {MARK} of the north substation.",
    "use": "It shows what one switch can do.",
    "otherwise": "destroy",
    **TICKS,
}


@dataclass
class Maker:
    person: Person
    browser: Client

    def make(self, files: list[tuple[str, bytes, str]] | None = None, headers: Any = None, **typed: Any) -> Any:
        data: dict[str, Any] = {**TYPED, "signed": self.person.name, **typed}
        for row, (name, content, description) in enumerate(files if files is not None else [ONE]):
            data[f"description_{row}"] = description
            data[f"file_{row}"] = SimpleUploadedFile(name, content)
        sent = {key: value for key, value in data.items() if value is not None}
        return self.browser.post(
            reverse("protected_pcii_package"), sent, headers={"Origin": ORIGIN} if headers is None else headers
        )


ONE = ("diagram.pdf", DIAGRAM, "The diagram")


@pytest.fixture
def maker(pages: Any) -> Maker:
    person = PersonFactory(name="The engineer of the night", organisations=[OrganisationFactory()])
    return Maker(person, session_for(person))


@pytest.fixture
def spooled(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Any]]:
    """Every file in which something waited."""
    made: list[Any] = []
    plain = tempfile.TemporaryFile

    def noted(*args: Any, **kwargs: Any) -> Any:
        made.append(plain(*args, **kwargs))
        return made[-1]

    monkeypatch.setattr(tempfile, "TemporaryFile", noted)
    yield made
    assert all(file.closed for file in made)


def let_go(answer: Any) -> None:
    """Close an answer as the client of the tests does: the connection of the test itself stays open."""
    request_finished.disconnect(close_old_connections)
    try:
        answer.close()
    finally:
        request_finished.connect(close_old_connections)


def unpacked(answer: Any) -> dict[str, bytes]:
    assert answer.status_code == 200 and answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as packed:
        assert packed.testzip() is None
        found = {name: packed.read(name) for name in packed.namelist()}
    let_go(answer)
    return found


def said(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


class TestPackage:
    def test_it_holds_what_cisa_asks_for_and_the_files_as_they_are(self, maker: Maker) -> None:
        found = unpacked(maker.make([ONE, ("diagram.pdf", b"Another.", "Its legend")]))
        assert found["files/01-diagram.pdf"] == DIAGRAM and found["files/02-diagram.pdf"] == b"Another."
        express, listed = (" ".join(found[name].decode().split()) for name in found if name[0] in "14")
        assert EXPRESS in express and "North Power Cooperative" in express
        for content, description in ((DIAGRAM, "The diagram"), (b"Another.", "Its legend")):
            assert hashlib.sha256(content).hexdigest() in listed and description in listed
            assert f"{len(content)} bytes" in listed
        certified = " ".join(found["2-certification.txt"].decode().split())
        assert "not customarily in the public domain" in certified and f"Signed: {maker.person.name}" in certified
        assert "573-555-0142" in found["3-contacts.txt"].decode()

    def test_it_says_that_a_copy_of_the_state_is_not_pcii_and_how_to_submit(self, maker: Maker) -> None:
        read = " ".join(unpacked(maker.make())["0-read-me.txt"].decode().split())
        assert "It is not PCII, even if the same file goes to CISA" in read
        assert "eSubmissions" in read and "Not verified by the desk yet" in read

    def test_the_way_to_submit_is_what_staff_keep_with_the_day_of_looking(self, maker: Maker) -> None:
        ReportingSettings.objects.create(cisa_how_to="By carrier pigeon.", cisa_verified_on="2026-11-20")
        read = unpacked(maker.make())["0-read-me.txt"].decode()
        assert "By carrier pigeon." in read and "Verified on November 20, 2026." in read
        assert "Verified on" in maker.browser.get(reverse("protected_pcii")).content.decode()

    def test_it_is_a_download_that_nothing_opens(self, maker: Maker) -> None:
        answer = maker.make()
        assert answer["Content-Disposition"].startswith("attachment") and answer["Content-Security-Policy"] == "sandbox"
        assert "no-store" in answer["Cache-Control"]
        let_go(answer)

    def test_a_member_of_no_organisation_makes_one_as_well(self, pages: Any) -> None:
        person = PersonFactory()
        assert unpacked(Maker(person, session_for(person)).make())

    def test_a_name_cannot_leave_its_folder(self, maker: Maker) -> None:
        found = unpacked(maker.make([("..\\..\\evil/../x\u202ecod.pdf", b"Text.", "It")]))
        assert [name for name in found if name.startswith("files/")] == ["files/01-xcod.pdf"]


class TestNothingStays:
    def test_nothing_that_was_typed_or_sent_is_stored_anywhere(self, maker: Maker, sealed_root: Any) -> None:
        unpacked(maker.make())
        stored = dict(everything_stored())
        assert not [name for name, value in stored.items() if MARK.encode() in value or b"Dam Road" in value]
        assert not sealed_root.exists() or not list(sealed_root.rglob("*"))
        assert MARK not in json.dumps(dict(maker.browser.session))

    def test_what_lies_on_the_disk_meanwhile_is_sealed_and_has_no_name(
        self, maker: Maker, spooled: list[Any], settings: Any, tmp_path: Any
    ) -> None:
        settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
        answer = maker.make()
        (waiting,) = spooled
        waiting.seek(0)
        assert len(waiting.read()) > len(DIAGRAM)
        waiting.seek(0)
        assert MARK.encode() not in waiting.read()
        assert not [path for path in tmp_path.rglob("*") if path.is_file()]
        let_go(answer)

    def test_a_download_that_is_broken_off_lets_go_of_everything(self, maker: Maker, spooled: list[Any]) -> None:
        answer = maker.make()
        next(iter(answer.streaming_content))
        let_go(answer)
        assert spooled and all(file.closed for file in spooled)

    def test_one_that_never_began_does_as_well(self, maker: Maker, spooled: list[Any]) -> None:
        let_go(maker.make())
        assert spooled and all(file.closed for file in spooled)

    def test_an_upload_that_breaks_leaves_nothing(self, maker: Maker, spooled: list[Any], monkeypatch: Any) -> None:
        def broken(*_args: Any) -> None:
            raise OSError("the connection broke")

        monkeypatch.setattr(SpoolingHandler, "file_complete", broken)
        with pytest.raises(OSError, match="the connection broke"):
            maker.make()
        assert spooled and all(file.closed for file in spooled) and not HandOff.objects.exists()

    def test_a_connection_that_breaks_in_the_middle_of_a_file_leaves_nothing(
        self, maker: Maker, spooled: list[Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        looked = []

        class Breaking(Looking):
            def feed(self, data: bytes) -> None:
                super().feed(data)
                looked.append(self)
                if len(looked) > 2:
                    raise UnreadablePostError("the connection broke")

        monkeypatch.setattr("portal.files.markings.running.Looking", Breaking)
        maker.browser.raise_request_exception = False
        assert maker.make().status_code >= 400
        assert spooled and all(file.closed for file in spooled) and not HandOff.objects.exists()

    def test_a_page_that_is_wrong_keeps_the_words_and_lets_go_of_the_files(
        self, maker: Maker, spooled: list[Any]
    ) -> None:
        answer = maker.make(entity="")
        assert answer.status_code == 422 and MARK in said(answer) and "choose them again" in said(answer)
        assert spooled and all(file.closed for file in spooled) and not HandOff.objects.exists()

    def test_what_was_touched_on_the_disk_does_not_open(self) -> None:
        spool = Spool()
        file, writer = spool.begin(0, "a.txt")
        writer.write(b"The text.")
        writer.close()
        file.sealed.seek(-1, io.SEEK_END)
        last = file.sealed.read(1)[0]
        file.sealed.seek(-1, io.SEEK_END)
        file.sealed.write(bytes([last ^ 1]))
        with pytest.raises(EnvelopeRefused):
            list(spool.pieces(file))
        spool.close()
        assert "key" not in repr(spool)


class TestWhoAndHowMuch:
    def test_nobody_without_membership_makes_one(self, pages: Any) -> None:
        for address in ("protected_pcii", "protected_pcii_package", "protected_pcii_made"):
            assert Client().get(reverse(address)).status_code == 302
        answer = Client().post(reverse("protected_pcii_package"), TYPED, headers={"Origin": ORIGIN})
        assert answer.status_code == 403 and "Your session has ended" in said(answer)

    @pytest.mark.parametrize("origin", [None, "", "https://evil.example"])
    def test_another_site_makes_none(self, maker: Maker, origin: str | None) -> None:
        answer = maker.make(headers={} if origin is None else {"Origin": origin})
        assert answer.status_code == 403 and not HandOff.objects.exists()

    def test_a_wrong_token_makes_none_and_leaves_nothing(self, maker: Maker, spooled: list[Any]) -> None:
        strict = session_for(maker.person)
        strict.handler.enforce_csrf_checks = True
        strict.get(reverse("protected_pcii_package"))  # for the cookie
        assert Maker(maker.person, strict).make().status_code == 403
        assert spooled and not HandOff.objects.exists()

    def test_too_much_is_refused_before_anything_is_read(self, maker: Maker, spooled: list[Any], settings: Any) -> None:
        settings.PORTAL_PACKAGE_LARGEST = -handoff.AROUND + 1_000
        answer = maker.make()
        assert answer.status_code == 413 and "Nothing was kept" in said(answer) and not spooled

    @pytest.mark.parametrize("length", ["", "²", "-1", "9" * 40, "many"])
    def test_a_length_that_is_no_number_is_refused(self, maker: Maker, spooled: list[Any], length: str) -> None:
        answer = maker.browser.post(
            reverse("protected_pcii_package"), TYPED, headers={"Origin": ORIGIN}, CONTENT_LENGTH=length
        )
        assert answer.status_code == 411 and not spooled

    def test_one_file_too_large_is_named_and_the_words_stay(self, maker: Maker, settings: Any) -> None:
        settings.PORTAL_FILE_LARGEST = 100
        answer = maker.make([ONE, ("small.txt", b"Small.", "Small")], what="Typed before")
        assert answer.status_code == 422 and "is larger than" in said(answer) and "Typed before" in said(answer)
        assert "The diagram" in said(answer) and "Small" in said(answer)

    def test_a_full_disk_is_said(self, maker: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_args: Any, **_kwargs: Any) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(tempfile, "TemporaryFile", full)
        answer = maker.make()
        assert answer.status_code == 422 and "no room to pack this file" in said(answer)

    def test_so_many_an_hour(self, maker: Maker, settings: Any) -> None:
        settings.PORTAL_REPORTS_PER_HOUR = 1
        unpacked(maker.make())
        answer = maker.make()
        assert answer.status_code == 429 and HandOff.objects.count() == 1

    def test_a_file_that_is_marked_as_pcii_is_not_packed(self, maker: Maker) -> None:
        marked = b"PROTECTED CRITICAL INFRASTRUCTURE INFORMATION\nThis document contains PCII.\n" * 3
        answer = maker.make([("marked.txt", marked, "The assessment"), ("b.txt", b"Text.", "Text")])
        assert answer.status_code == 422 and "marked as PCII: CISA has it already" in said(answer)
        assert not HandOff.objects.exists()

    @pytest.mark.parametrize("field", ["file", "file_99", "file_x", "file_-1", "file_٣"])
    def test_files_of_other_fields_are_not_taken(self, maker: Maker, spooled: list[Any], field: str) -> None:
        answer = maker.make([], **{field: SimpleUploadedFile("a.txt", b"Text.")})
        assert "Choose at least one file" in said(answer) and not spooled


class TestWhatIsAskedFor:
    @pytest.mark.parametrize("field", ["entity", "standing", "position", "email", "address", "use", "signed", *TICKS])
    def test_each_element_is_needed(self, maker: Maker, field: str) -> None:
        assert maker.make(**{field: None}).status_code == 422
        assert not HandOff.objects.exists()

    def test_a_file_needs_its_description_and_a_description_its_file(self, maker: Maker) -> None:
        assert "Say in a sentence what is in this file" in said(maker.make([("a.txt", b"Text.", "")]))
        assert "No file came in with this" in said(maker.make(description_5="The legend"))

    def test_one_signs_with_ones_own_name(self, maker: Maker) -> None:
        assert "not the name of your account" in said(maker.make(signed="Somebody else"))

    def test_a_second_contact_can_be_reached(self, maker: Maker) -> None:
        assert maker.make(second_name="The shift lead").status_code == 422
        assert unpacked(maker.make(second_name="The shift lead", second_telephone="573-555-0143"))

    @pytest.mark.parametrize("value", ["\0", "a\x1b[2J", "x" * 100_000])
    def test_rubbish_is_refused_in_words(self, maker: Maker, value: str) -> None:
        assert maker.make(what=value).status_code == 422


class TestWhatIsKept:
    def test_that_it_was_made_on_which_day_and_of_how_many_files(self, maker: Maker) -> None:
        unpacked(maker.make())
        made = HandOff.objects.get()
        assert (made.person, made.files, made.cisa_number) == (maker.person, 1, "")
        assert Event.objects.get(verb=Verb.HAND_OFF).facts == {"files": 1}

    def test_pressing_twice_is_one_hand_off_and_other_files_another(self, maker: Maker) -> None:
        mark = str(uuid.uuid4())
        assert unpacked(maker.make(once=mark)).keys() == unpacked(maker.make(once=mark)).keys()
        assert HandOff.objects.count() == 1
        unpacked(maker.make([("b.txt", b"Other.", "Other")], once=mark))
        assert HandOff.objects.count() == 2

    def test_anothers_mark_is_not_mine(self, maker: Maker) -> None:
        mark = str(uuid.uuid4())
        unpacked(maker.make(once=mark))
        other = PersonFactory()
        unpacked(Maker(other, session_for(other)).make(once=mark))
        assert set(HandOff.objects.values_list("person", flat=True)) == {maker.person.pk, other.pk}

    def test_a_mark_that_is_none_is_refused_in_words(self, maker: Maker) -> None:
        assert maker.make(once="rubbish").status_code == 422

    def test_the_number_that_cisa_gave_is_kept_and_can_be_corrected(self, maker: Maker) -> None:
        unpacked(maker.make())
        made = HandOff.objects.get()
        for number in ("CII-2026-0042", "CII-2026-0043"):
            answer = maker.browser.post(reverse("protected_pcii_number", args=[made.uuid]), {"number": number})
            assert answer["Location"] == reverse("protected_pcii_made")
            assert number in maker.browser.get(reverse("protected_pcii_made")).content.decode()
        assert Event.objects.filter(verb=Verb.HAND_OFF_NUMBER).count() == 2

    @pytest.mark.parametrize("number", ["", "   ", "<b>", "x" * 61, "a\nb", "=1+1", "\0"])
    def test_what_is_no_number_is_not_kept(self, maker: Maker, number: str) -> None:
        unpacked(maker.make())
        made = HandOff.objects.get()
        answer = maker.browser.post(reverse("protected_pcii_number", args=[made.uuid]), {"number": number})
        assert answer.status_code == 422 and HandOff.objects.get().cisa_number == ""

    def test_anothers_hand_off_is_not_there(self, maker: Maker) -> None:
        unpacked(maker.make())
        made, other = HandOff.objects.get(), session_for(PersonFactory())
        address = reverse("protected_pcii_number", args=[made.uuid])
        assert other.post(address, {"number": "CII-1"}).status_code == 404
        assert str(made.uuid) not in other.get(reverse("protected_pcii_made")).content.decode()

    def test_the_list_is_paged_with_a_fixed_number_of_queries(self, maker: Maker) -> None:
        counts = []
        maker.browser.get(reverse("protected_pcii_made"))  # the first page of a session writes down the visit
        for rows in (1, 60):
            HandOff.objects.bulk_create(HandOff(person=maker.person, files=1) for _ in range(rows))
            with CaptureQueriesContext(connection) as queries:
                page = maker.browser.get(reverse("protected_pcii_made"))
            counts.append(len(queries))
            assert len(page.context["rows"]) <= 50
        assert counts[0] == counts[1]
        assert maker.browser.get(reverse("protected_pcii_made") + "?page=2").status_code == 200
        assert maker.browser.get(reverse("protected_pcii_made") + "?page=99").status_code == 404


def test_it_is_one_click_from_the_form_and_from_what_else_there_is(maker: Maker) -> None:
    address = reverse("protected_pcii")
    assert address in maker.browser.get(reverse("protected")).content.decode()
    assert address in maker.browser.get(reverse("protected_promise")).content.decode()
    page = maker.browser.get(address).content.decode()
    assert "It is not PCII, even if the same file goes to CISA" in page
    nobody = session_for(PersonFactory())
    assert address in nobody.get(reverse("protected")).content.decode()


@hypothesis_settings(max_examples=40, deadline=None)
@given(contents=st.lists(st.binary(max_size=200_000), min_size=1, max_size=4), cut=st.integers(1, 70_000))
def test_whatever_goes_into_the_spool_comes_out_the_same(contents: list[bytes], cut: int) -> None:
    spool = Spool()
    files = []
    for row, content in enumerate(contents):
        file, writer = spool.begin(row, "a.bin")
        for start in range(0, len(content), cut):
            writer.write(content[start : start + cut])
        writer.close()
        files.append(file)
    assert [b"".join(spool.pieces(file)) for file in files] == contents
    spool.close()
