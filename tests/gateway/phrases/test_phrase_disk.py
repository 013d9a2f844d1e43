"""Recordings outlive the gateway; what is damaged is made anew; a disk that is full harms nothing else."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.phrases import phrase_rendering
from gateway.phrases.pack_store import MANIFEST, PackStore
from gateway.requests.app_keys import ENGINES, PHRASES
from robotvoice.kept_sound import kept_sound
from robotvoice.kept_sound.kept_sound import GONE, KeptSound
from robotvoice.persona import Persona
from tests.gateway.engines.cache.parrot import Parrot
from tests.gateway.engines.cache.test_disk_trouble import no_file_larger_than
from tests.gateway.in_process import soon
from tests.gateway.phrases.phrase_gateway import (
    ADA,
    PLAIN,
    TEXTS,
    address,
    complete,
    impatient,
    manifest,
    phrase_gateway,
    recordings,
    revised,
)

BO = replace(ADA, id="bo", name="Bo")


def files(state: Path) -> list[Path]:
    return sorted((state / "phrases").rglob("*.wav"))


async def recorded(state: Path, *personas: Persona) -> None:
    """By a gateway that has ended."""
    async with phrase_gateway(*personas, state=state) as gateway:
        for persona in personas or (ADA,):
            await complete(gateway, persona)


async def test_what_is_recorded_is_not_made_again_by_the_next_gateway(tmp_path: Path) -> None:
    await recorded(tmp_path)
    parrot = Parrot()
    async with phrase_gateway(parrot=parrot, state=tmp_path) as gateway:
        await recordings(gateway, await complete(gateway))
    assert parrot.begun == []


@pytest.mark.parametrize("damage", [b"", b"RIFF", b"another file altogether", None])
async def test_a_damaged_recording_is_found_at_the_start_and_made_anew(
    tmp_path: Path, damage: bytes | None, caplog: pytest.LogCaptureFixture
) -> None:
    await recorded(tmp_path)
    hurt = files(tmp_path)[0]
    before = hurt.read_bytes()
    if damage is None:
        hurt.unlink()
    else:
        hurt.write_bytes(damage)
    parrot = Parrot()
    async with phrase_gateway(parrot=parrot, state=tmp_path) as gateway:
        await recordings(gateway, await complete(gateway))
    assert hurt.read_bytes() == before
    assert len(parrot.begun) == 1
    assert "damaged" in caplog.text


async def test_a_recording_that_is_damaged_later_is_never_sent_and_made_anew(tmp_path: Path) -> None:
    async with phrase_gateway(state=tmp_path) as gateway:
        told = await complete(gateway)
        hurt = tmp_path / "phrases" / "ada.a1" / f"{told['sentences'][0]['sha256']}.wav"
        hurt.write_bytes(b"RIFF")
        assert (await gateway.ask(address(told))).status == 404
        await soon(lambda: hurt.exists() and hurt.stat().st_size > 1000)
        assert await complete(gateway) == told
        await recordings(gateway, told)


@pytest.mark.parametrize("content", ["", "[", "[1]", '[{"text": "Hello there."}]', "{}"])
async def test_a_list_that_cannot_be_read_is_as_good_as_none(tmp_path: Path, content: str) -> None:
    await recorded(tmp_path)
    (tmp_path / "phrases" / "ada.a1" / MANIFEST).write_text(content)
    parrot = Parrot()
    async with phrase_gateway(parrot=parrot, state=tmp_path) as gateway:
        await recordings(gateway, await complete(gateway))
    assert parrot.begun == list(TEXTS)


def editions(state: Path) -> set[str]:
    return {path.name for path in (state / "phrases").iterdir() if path.is_dir()}


async def test_what_nobody_speaks_with_stays_for_a_day(tmp_path: Path) -> None:
    """There may be a slip in a persona's file, and to record takes long."""
    await recorded(tmp_path, ADA, BO)
    await recorded(tmp_path, revised(ADA, "a2"))
    assert editions(tmp_path) == {"ada.a1", "ada.a2", "bo.a1"}
    parrot = Parrot()
    async with phrase_gateway(ADA, BO, parrot=parrot, state=tmp_path) as gateway:
        await complete(gateway, ADA)
        await complete(gateway, BO)
    assert parrot.begun == []
    os.utime(tmp_path / "phrases" / "ada.a2" / GONE, (1e9, 1e9))
    await recorded(tmp_path, ADA)
    assert editions(tmp_path) == {"ada.a1", "bo.a1"}


async def test_it_goes_then_though_nothing_else_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await recorded(tmp_path)
    monkeypatch.setattr(kept_sound, "STAYS", 0.1)
    monkeypatch.setattr(phrase_rendering, "STAYS", 0.3)
    async with phrase_gateway(PLAIN, state=tmp_path):
        await soon(lambda: not editions(tmp_path))


async def test_it_goes_at_once_when_its_room_is_needed(tmp_path: Path) -> None:
    await recorded(tmp_path)
    changed = revised(ADA, "a2")
    async with phrase_gateway(changed, state=tmp_path) as gateway:
        gateway.app[PHRASES].files.limit = 3 * 6444
        await complete(gateway, changed)
    assert editions(tmp_path) == {"ada.a2"}


async def test_a_full_disk_is_told_once_and_the_gateway_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    impatient(monkeypatch)
    parrot = Parrot()
    async with phrase_gateway(parrot=parrot, state=tmp_path) as gateway:
        with no_file_larger_than(3000):
            await soon(lambda: len(parrot.begun) > 8)
            assert (await gateway.say("Hello.", "ada")).status == 200
        told = [each for each in caplog.records if "cannot be kept on disk" in each.getMessage()]
        assert [each.levelname for each in told] == ["WARNING"]
        assert "File too large" in told[0].getMessage()
        breaker = gateway.app[ENGINES]["mlx"].breaker
        assert breaker and breaker.opened == 0
        await recordings(gateway, await complete(gateway))


async def test_where_nothing_can_be_written_the_gateway_speaks_without_phrases(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "phrases").write_text("not a folder")
    async with phrase_gateway(state=tmp_path) as gateway:
        await soon(lambda: "cannot be kept" in caplog.text)
        assert (await manifest(gateway))["sentences"] == []
        assert (await gateway.say("Hello.", "ada")).status == 200


async def test_what_does_not_fit_is_left_out_and_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with phrase_gateway(state=tmp_path) as gateway:
        gateway.app[PHRASES].files.limit = 2 * 6444
        await soon(lambda: "raise phrases_disk_mb" in caplog.text)
        told = await manifest(gateway)
        assert (len(told["sentences"]), told["complete"]) == (2, False)
        await recordings(gateway, told)
        await asyncio.sleep(0.2)
    assert caplog.text.count("raise phrases_disk_mb") == 1
    assert sum(path.stat().st_size for path in files(tmp_path)) <= 2 * 6444


async def test_with_no_room_at_all_nothing_is_recorded(tmp_path: Path) -> None:
    parrot = Parrot()
    async with phrase_gateway(parrot=parrot, state=tmp_path, phrases_disk_mb=0) as gateway:
        await asyncio.sleep(0.2)
        assert (await manifest(gateway))["complete"] is False
    assert parrot.begun == []
    assert not (tmp_path / "phrases").exists()


async def test_two_gateways_never_write_into_one_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    impatient(monkeypatch)
    other = KeptSound(tmp_path / "phrases", 10**9, lock="lock")
    other.open()
    async with phrase_gateway(state=tmp_path) as gateway:
        await soon(lambda: "another gateway" in caplog.text)
        assert (await manifest(gateway))["sentences"] == []
        other.close()
        await complete(gateway)


async def test_a_link_to_another_folder_is_not_followed_when_old_recordings_are_removed(
    tmp_path: Path,
) -> None:
    await recorded(tmp_path)
    precious = tmp_path / "precious"
    precious.mkdir()
    (precious / "file").write_text("precious")
    (tmp_path / "phrases" / "old.b1").symlink_to(precious)
    async with phrase_gateway(state=tmp_path) as gateway:
        await complete(gateway)
    assert (precious / "file").read_text() == "precious"


async def test_the_folder_is_for_its_owner_only(tmp_path: Path) -> None:
    await recorded(tmp_path)
    assert (tmp_path / "phrases").stat().st_mode & 0o077 == 0
    assert {path.stat().st_mode & 0o077 for path in files(tmp_path)} == {0}


async def test_with_a_smaller_limit_what_nobody_speaks_with_goes_first(tmp_path: Path) -> None:
    await recorded(tmp_path, ADA, BO)
    store = PackStore(tmp_path / "phrases", 3 * 6444 - 1)
    await store.use([ADA])
    assert editions(tmp_path) == {"ada.a1"}
    assert set(store.held(ADA)) == set(TEXTS)
    assert not await store.put(ADA, "One more.", b"RIFF", 1.0)
    await store.close()
