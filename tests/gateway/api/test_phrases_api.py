"""`/v1/phrases`: a robot gets each phrase in the persona's own cloned voice, whole or in part."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest

from robotvoice.sound.pcm import WIRE_FORMAT, wav_file
from tests.gateway.engines.cache.parrot import Parrot
from tests.gateway.in_process import SOON, soon
from tests.gateway.phrases.phrase_gateway import (
    ADA,
    PLAIN,
    TEXTS,
    address,
    complete,
    manifest,
    phrase_gateway,
    recordings,
    revised,
    use,
)


async def test_each_sentence_of_the_phrases_is_what_synthesize_answers() -> None:
    async with phrase_gateway() as gateway:
        told = await complete(gateway)
        assert {key: told[key] for key in ("persona", "revision", "complete")} == {
            "persona": "ada",
            "revision": "a1",
            "complete": True,
        }
        found = await recordings(gateway, told)
        assert tuple(found) == TEXTS
        for text, wav in found.items():
            assert wav_file((await gateway.say(text, "ada")).pcm, WIRE_FORMAT) == wav


async def test_an_alias_names_the_persona_and_the_manifest_its_id() -> None:
    async with phrase_gateway(replace(ADA, aliases=("Lady",))) as gateway:
        assert (await manifest(gateway, "lady"))["persona"] == "ada"


async def test_who_has_no_clone_has_an_empty_complete_manifest_and_leaves_nothing_on_disk(
    tmp_path: Path,
) -> None:
    async with phrase_gateway(PLAIN, state=tmp_path) as gateway:
        told = await manifest(gateway, "plain")
        assert (told["sentences"], told["complete"]) == ([], True)
        assert not (tmp_path / "phrases").exists()


async def test_what_is_not_recorded_yet_is_absent() -> None:
    parrot = Parrot()
    parrot.may_go_on.clear()
    async with phrase_gateway(parrot=parrot) as gateway:
        await soon(lambda: bool(parrot.begun))
        told = await manifest(gateway)
        assert (told["sentences"], told["complete"]) == ([], False)
        parrot.may_go_on.set()
        assert (await complete(gateway))["pack"] != told["pack"]


@pytest.mark.parametrize(
    ("asked", "part"),
    [
        ("bytes=0-0", slice(0, 1)),
        ("bytes=100-199", slice(100, 200)),
        ("bytes=1000-", slice(1000, None)),
        ("bytes=-44", slice(-44, None)),
    ],
)
async def test_a_recording_that_was_cut_off_is_resumed(asked: str, part: slice) -> None:
    async with phrase_gateway() as gateway:
        told = await complete(gateway)
        whole = (await gateway.ask(address(told))).body
        answer = await gateway.ask(address(told), headers={"Range": asked})
        assert (answer.status, answer.body) == (206, whole[part])
        first, last = part.indices(len(whole))[:2]
        assert answer.headers["Content-Range"] == f"bytes {first}-{last - 1}/{len(whole)}"


async def test_a_recording_says_what_it_is_and_that_it_never_changes() -> None:
    async with phrase_gateway() as gateway:
        told = await complete(gateway)
        answer = await gateway.ask(address(told))
        assert answer.headers["Content-Type"] == "audio/wav"
        assert "immutable" in answer.headers["Cache-Control"]
        assert answer.headers["Accept-Ranges"] == "bytes"
        past = await gateway.ask(address(told), headers={"Range": f"bytes={len(answer.body)}-"})
        assert past.status == 416


async def test_an_unknown_persona_is_refused_as_everywhere() -> None:
    async with phrase_gateway() as gateway:
        refused = await gateway.ask("/v1/phrases/adda")
        assert refused.status == 404
        assert refused.json == (await gateway.ask("/v1/personas/adda")).json


async def test_the_status_says_how_many_there_are() -> None:
    parrot = Parrot()
    async with phrase_gateway(ADA, PLAIN, parrot=parrot) as gateway:
        await complete(gateway)
        personas = (await gateway.ask("/v1/status")).json["personas"]
    assert personas["ada"]["phrases"] == {"recorded": 3, "wanted": 3}
    assert personas["plain"]["phrases"] == {"recorded": 0, "wanted": 0}


async def test_what_is_no_recording_of_this_revision_is_not_found() -> None:
    async with phrase_gateway() as gateway:
        told = await complete(gateway)
        _, _, _, persona, revision, sha256 = address(told).split("/")
        for path in (
            f"{persona}/{revision}/{'0' * 64}",
            f"{persona}/other/{sha256}",
            f"{persona}/{revision}/..%2Fmanifest.json",
            f"adda/{revision}/{sha256}",
        ):
            answer = await gateway.ask(f"/v1/phrases/{path}")
            assert (answer.status, bool(answer.json["error"])) == (404, True), path


async def test_another_revision_is_another_pack_and_the_old_one_is_gone() -> None:
    parrot = Parrot()
    async with phrase_gateway(parrot=parrot) as gateway:
        old = await complete(gateway)
        parrot.may_go_on.clear()
        changed = revised(ADA, "a2")
        use(gateway, changed)
        # Never mixed: from this moment nothing of the old revision is there.
        told = await manifest(gateway)
        assert (told["revision"], told["sentences"]) == ("a2", [])
        assert (await gateway.ask(address(old))).status == 404
        parrot.may_go_on.set()
        new = await complete(gateway, changed)
        before = {each["sha256"] for each in old["sentences"]}
        assert not before & {each["sha256"] for each in new["sentences"]}


async def test_who_wants_events_is_told_of_each_new_pack() -> None:
    parrot = Parrot()
    parrot.may_go_on.clear()
    async with phrase_gateway(ADA, PLAIN, parrot=parrot) as gateway:
        await soon(lambda: bool(parrot.begun))
        async with gateway.session.ws_connect(gateway.url("/ws/tts?events=1")) as told:
            parrot.may_go_on.set()
            final = await complete(gateway)
            plain = (await manifest(gateway, "plain"))["pack"]
            packs: list[dict[str, str]] = []
            async with asyncio.timeout(SOON):
                while not packs or packs[-1]["ada"] != final["pack"]:
                    event = json.loads(await told.receive_str())
                    assert event["type"] == "phrases"
                    packs.append(event["packs"])
            assert all(each["plain"] == plain for each in packs)
            # What did not change is not told again.
            assert len({each["ada"] for each in packs}) == len(packs)
