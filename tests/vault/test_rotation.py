"""Moving data keys to a new desk key, and what vault_status says before and after."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from portal.vault import keyring, records, rotation
from portal.vault.models import CodeCopy, DeskCopy, Destruction
from portal.vault.suites import PrivateKey

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 1, 12, tzinfo=UTC)
CODE = "AbCdEfGhIjKlMnOpQrStUv"


@pytest.fixture(autouse=True)
def ring(tmp_path: Path, settings: Any) -> Path:
    """A desk with one key of its own."""
    settings.PORTAL_SITE_KIND = "desk"
    settings.PORTAL_KEYRING = tmp_path / "desk"
    new_pair(0)
    return settings.PORTAL_KEYRING


def new_pair(day: int) -> str:
    from django.conf import settings

    folder = Path(settings.PORTAL_KEYRING)
    publics = [folder, folder.parent / "front"]
    created = START + timedelta(days=day)
    return keyring.write_pair(PrivateKey.generate(), created=created, private_folder=folder, public_folders=publics)


def sealed(number: int) -> list[tuple[str, str, bytes]]:
    keys = [records.new_key(f"application:{index}") for index in range(number)]
    return [(key.record, "phone", key.seal("phone", key.record.encode())) for key in keys]


def opened(items: list[tuple[str, str, bytes]]) -> bool:
    return records.open_many(items) == [record.encode() for record, _field, _envelope in items]


def ring_keys() -> set[str]:
    return set(DeskCopy.objects.values_list("ring_key", flat=True))


def run(name: str, **options: Any) -> int:
    """A command's exit code."""
    try:
        call_command(name, **options)
    except CommandError as problem:
        return problem.returncode
    return 0


def test_every_copy_moves_and_still_opens(ring: Path) -> None:
    items = sealed(5)
    old, new = keyring.ring().current.id, new_pair(1)
    items += sealed(2)
    assert ring_keys() == {old, new}
    assert run("vault_rotate") == 0
    assert ring_keys() == {new}
    (ring / f"{old}{keyring.PRIVATE}").unlink()
    assert opened(items)


def test_the_old_key_opens_nothing_that_has_moved(ring: Path) -> None:
    items = sealed(1)
    new = new_pair(1)
    assert run("vault_rotate") == 0
    (ring / f"{new}{keyring.PRIVATE}").unlink()
    with pytest.raises(records.KeyNotHeld):
        opened(items)


def test_an_interrupted_run_is_taken_up_again(monkeypatch: pytest.MonkeyPatch) -> None:
    items = sealed(7)
    old, new = keyring.ring().current.id, new_pair(1)
    monkeypatch.setattr(rotation, "BATCH", 3)

    def stop(outcome: rotation.Outcome) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(tell=stop)
    assert DeskCopy.objects.filter(ring_key=new).count() == 3
    assert opened(items)
    outcome = rotation.rotate(tell=lambda _outcome: None)
    assert (outcome.moved, outcome.refused, outcome.left) == (4, 0, 0)
    assert not DeskCopy.objects.filter(ring_key=old).exists()
    assert opened(items)


def test_a_second_run_moves_nothing() -> None:
    sealed(2)
    new_pair(1)
    assert run("vault_rotate") == 0
    before = list(DeskCopy.objects.order_by("id").values_list("id", "sealed"))
    assert run("vault_rotate") == 0
    assert [(key, bytes(copy)) for key, copy in before] == [
        (key, bytes(copy)) for key, copy in DeskCopy.objects.order_by("id").values_list("id", "sealed")
    ]


def test_what_does_not_open_stays_and_is_counted(monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    sealed(4)
    new_pair(1)
    damaged = DeskCopy.objects.order_by("id")[1]
    DeskCopy.objects.filter(id=damaged.id).update(sealed=bytes(damaged.sealed)[:-1] + b"?")
    monkeypatch.setattr(rotation, "BATCH", 1)
    assert run("vault_rotate") == 1
    assert DeskCopy.objects.filter(ring_key=damaged.ring_key).get() == damaged
    assert "3 copies moved, 1 left" in capsys.readouterr().out


def test_a_destruction_during_the_run_is_not_undone() -> None:
    sealed(1)
    new_pair(1)
    copy = DeskCopy.objects.get()
    copy_before = DeskCopy.objects.get()
    copy.delete()
    outcome = rotation.Outcome()
    rotation._move(copy_before, keyring.ring(), outcome)
    assert outcome.moved == 0
    assert not DeskCopy.objects.exists()


def test_only_idle_older_keys_are_retired(ring: Path) -> None:
    front = ring.parent / "front"
    sealed(1)
    old, new = keyring.ring().current.id, new_pair(1)
    assert rotation.retire_older(ring) == []
    assert run("vault_rotate", retire=True, front=front) == 0
    for folder in (ring, front):
        states = {key.id: key.state for key in keyring.load(folder, with_private=folder == ring).keys.values()}
        assert states == {old: keyring.State.RETIRED, new: keyring.State.ACTIVE}


def test_status_lists_keys_and_counts(capsys: Any) -> None:
    sealed(3)
    new = new_pair(1)
    sealed(2)
    assert run("vault_status") == 0
    said = capsys.readouterr().out
    assert f"{new}  active, current, made 2026-03-02, with private half: 2 copies" in said
    assert "active, made 2026-03-01, with private half: 3 copies" in said
    assert "Sealed to the desk: 5; to codes: 0." in said


def problem() -> str:
    with pytest.raises(CommandError) as caught:
        call_command("vault_status")
    assert caught.value.returncode == 1
    return str(caught.value)


def test_status_tells_of_a_private_key_that_is_missing(ring: Path) -> None:
    sealed(2)
    old = keyring.ring().current.id
    new_pair(1)
    (ring / f"{old}{keyring.PRIVATE}").unlink()
    assert f"2 copies are sealed to the key {old}, whose private half is not here." in problem()


def test_status_tells_of_damaged_copies() -> None:
    sealed(2)
    first = DeskCopy.objects.order_by("id").first()
    assert first is not None
    DeskCopy.objects.filter(id=first.id).update(record="application:other")
    assert problem().startswith("1 copies are damaged")


def test_status_tells_of_keys_that_a_restore_brought_back() -> None:
    items = sealed(2)
    rows = list(DeskCopy.objects.filter(record=items[0][0]))
    records.destroy(items[0][0])
    assert run("vault_status") == 0
    DeskCopy.objects.bulk_create(rows)
    assert "1 data keys are in the vault that the journal says were destroyed" in problem()
    assert run("vault_replay") == 0
    assert run("vault_status") == 0
    assert DeskCopy.objects.get().record == items[1][0]


def test_status_tells_of_codes_without_a_copy_for_the_desk() -> None:
    records.new_key("application:1", code=CODE)
    DeskCopy.objects.all().delete()
    assert "1 copies sealed to codes have no copy for the desk." in problem()


def test_status_tells_when_nothing_can_be_sealed(ring: Path) -> None:
    keyring.retire(ring, keyring.ring().current)
    from portal.vault import status

    assert status.survey().problems == ["The key ring has no active public key: nothing can be sealed."]


@pytest.mark.parametrize("name", ["vault_rotate", "vault_status", "vault_replay"])
def test_front_may_not_run_what_needs_private_keys(ring: Path, settings: Any, name: str) -> None:
    sealed(1)
    settings.PORTAL_SITE_KIND, settings.PORTAL_KEYRING = "front", ring.parent / "front"
    assert run(name) == 2
    assert DeskCopy.objects.count() == 1
    assert not Destruction.objects.exists()


def test_wrong_use_of_rotate_is_refused(ring: Path) -> None:
    assert run("vault_rotate", front=ring.parent / "front") == 2


def test_commands_show_no_record_and_no_code(capsys: Any) -> None:
    records.new_key("application:marker-in-the-name", code=CODE)
    new_pair(1)
    run("vault_rotate", retire=True)
    run("vault_status")
    records.destroy("application:marker-in-the-name")
    run("vault_replay")
    assert CodeCopy.objects.count() == 0
    said = capsys.readouterr()
    assert "marker" not in said.out + said.err
