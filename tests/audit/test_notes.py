"""Signed notes: what other people's tools write is read here, and both of our readers say the same."""

from __future__ import annotations

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given, strategies as st

from portal.audit import keys, notes
from portal.audit.keys import Signer, TrailKeyProblem, parse_verifier
from portal.audit.notes import Head, NoteRefused, open_note, read_head, sign
from portal.audit.retention.notes import SegmentHead, read_segment
from scripts import verify_trail

# The example of Go's golang.org/x/mod/sumdb/note, from which C2SP's signed-note comes
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# RFC 8032, section 7.1: tests 1, 2, 3
SIGNATURES = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe"
        "24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302a"
        "eeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed2"
        "8dc027beceea1ec40a",
    ),
]
KEY = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a key of the tests").digest())
SIGNER = Signer("portal.example/trail", KEY)
HEAD = Head("portal.example/trail", 7, b"r" * 32, b"l" * 32, "2026-11-20T15:00:00.000000Z")
SEGMENT = SegmentHead(
    origin="portal.example/trail",
    month="2025-01",
    first=1,
    last=8,
    link_before=b"b" * 32,
    link_after=b"a" * 32,
    nodes=b"",
    root=b"r" * 32,
    digest=b"d" * 32,
    time="2026-11-20T15:00:00.000000Z",
)


def trusted() -> dict[bytes, Ed25519PublicKey]:
    return {SIGNER.verifier.hash: SIGNER.verifier.key}


def signed(body: str) -> str:
    return sign(body, name=SIGNER.name, key=SIGNER.key)


def standalone_opens(note: str) -> bool:
    try:
        verify_trail.open_head(note, dict([verify_trail.read_key(SIGNER.verifier.as_text())]))
    except (verify_trail.Wrong, ValueError):
        return False
    return True


def test_the_example_of_the_format_is_read() -> None:
    verifier = parse_verifier(NEUMANN)
    assert open_note(NOTE, {verifier.hash: verifier.key}).startswith("If you think")
    assert verifier.as_text() == NEUMANN
    mark, key = verify_trail.read_key(NEUMANN)
    assert verify_trail.open_note(NOTE, {mark: key})[0].startswith("If you think")


@pytest.mark.parametrize(("public", "message", "signature"), SIGNATURES)
def test_the_standalone_verifier_knows_the_answers_of_rfc_8032(public: str, message: str, signature: str) -> None:
    key, text, sealed = bytes.fromhex(public), bytes.fromhex(message), bytes.fromhex(signature)
    assert verify_trail.is_signed(key, text, sealed)
    assert not verify_trail.is_signed(key, text + b"\0", sealed)


@given(message=st.binary(max_size=50), seed=st.binary(min_size=32, max_size=32), bit=st.integers(0, 511))
def test_the_standalone_verifier_takes_what_the_library_signs_and_nothing_else(
    message: bytes, seed: bytes, bit: int
) -> None:
    key = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = key.public_key().public_bytes_raw(), key.sign(message)
    assert verify_trail.is_signed(public, message, signature)
    wrong = (int.from_bytes(signature, "big") ^ 1 << bit).to_bytes(64, "big")
    assert not is_taken(public, message, wrong)


def test_a_signature_with_a_number_beyond_the_order_is_refused() -> None:
    """RFC 8032, section 5.1.7: else everybody could make a second signature of one."""
    public, signature = SIGNER.verifier.key.public_bytes_raw(), SIGNER.key.sign(b"text")
    beyond = int.from_bytes(signature[32:], "little") + verify_trail.ORDER
    assert not is_taken(public, b"text", signature[:32] + beyond.to_bytes(32, "little"))


def is_taken(public: bytes, message: bytes, signature: bytes) -> bool:
    try:
        return verify_trail.is_signed(public, message, signature)
    except verify_trail.Wrong:  # the point of it is none
        return False


def test_a_checkpoint_is_the_same_after_signing_and_reading() -> None:
    note = signed(HEAD.body())
    assert note.splitlines()[:2] == ["portal.example/trail", "7"]
    assert read_head(open_note(note, trusted())) == HEAD
    read = verify_trail.open_head(note, dict([verify_trail.read_key(SIGNER.verifier.as_text())]))
    assert read == (7, HEAD.root, HEAD.link, HEAD.time)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda note: note.replace("\n7\n", "\n8\n"),
        lambda note: note.replace("2026", "2025"),
        lambda note: note.replace("\u2014", "-"),
        lambda note: note.partition("\n\n")[0] + "\n",
        lambda note: note.replace("\u2014 portal.example/trail ", "\u2014 portal.example/trail A"),
        lambda note: "",
        lambda note: signed(HEAD.body() + "more\n"),
        lambda note: signed(HEAD.body().replace("\n7\n", "\n-7\n")),
        lambda note: signed(HEAD.body().replace("link ", "Link ")),
        lambda note: signed(SEGMENT.body()),
        lambda note: sign(HEAD.body(), name=SIGNER.name, key=Ed25519PrivateKey.generate()),
    ],
)
def test_a_note_that_is_no_checkpoint_of_ours_is_refused_by_both(spoil: object) -> None:
    note = spoil(signed(HEAD.body()))  # type: ignore[operator]  # one of the functions above
    with pytest.raises(NoteRefused):
        read_head(open_note(note, trusted()))
    assert not standalone_opens(note)


def test_another_trail_is_refused_though_the_key_signed_it() -> None:
    other = Head("other.example/trail", 7, HEAD.root, HEAD.link, HEAD.time)
    assert not standalone_opens(signed(other.body()))


def test_a_note_may_have_signatures_of_others_beside_ours() -> None:
    stranger = sign(HEAD.body(), name="witness.example", key=Ed25519PrivateKey.generate()).splitlines()[-1]
    note = f"{HEAD.body()}\n{stranger}\n{signed(HEAD.body()).splitlines()[-1]}\n"
    assert read_head(open_note(note, trusted())).size == 7
    assert standalone_opens(note)


def test_a_segments_note_is_the_same_after_signing_and_reading() -> None:
    note = signed(SEGMENT.body())
    assert read_segment(open_note(note, trusted())) == SEGMENT
    stated = verify_trail.read_segment(note, dict([verify_trail.read_key(SIGNER.verifier.as_text())]))
    assert (stated["first"], stated["last"], stated["digest"], stated["nodes"]) == (1, 8, b"d" * 32, [])


@pytest.mark.parametrize("body", [HEAD.body(), SEGMENT.body().replace("first 1", "first one"), "segment of x\n"])
def test_a_note_that_is_of_no_segment_is_refused_by_both(body: str) -> None:
    with pytest.raises(NoteRefused):
        read_segment(body)
    with pytest.raises((verify_trail.Wrong, ValueError)):
        verify_trail.read_segment(signed(body), dict([verify_trail.read_key(SIGNER.verifier.as_text())]))


@pytest.mark.parametrize("text", ["", "a+b", "a+00000000+AAAA", NEUMANN.replace("c74f", "c74e"), NEUMANN[:-4]])
def test_what_is_no_public_key_is_refused_by_both(text: str) -> None:
    with pytest.raises(TrailKeyProblem):
        parse_verifier(text)
    with pytest.raises((verify_trail.Wrong, ValueError)):
        verify_trail.read_key(text)


def test_a_key_is_named_after_its_name_and_itself() -> None:
    raw = b"\x01" + SIGNER.verifier.key.public_bytes_raw()
    assert notes.key_hash(SIGNER.name, raw[1:]) == hashlib.sha256(b"portal.example/trail\n" + raw).digest()[:4]
    assert SIGNER.verifier.as_text().endswith(base64.b64encode(raw).decode())


def test_a_private_key_signs_only_beside_its_public_half(trail_keys: keys.Verifier) -> None:
    """It is signed under the name of the public half, which is what whoever verifies has in hand."""
    assert keys.signer().verifier == trail_keys
    (public,) = keys.folder().glob("*.public.txt")
    public.write_text(SIGNER.verifier.as_text())
    with pytest.raises(TrailKeyProblem, match="is not the public half"):
        keys.signer()
    public.unlink()
    with pytest.raises(TrailKeyProblem, match="nobody could verify"):
        keys.signer()
