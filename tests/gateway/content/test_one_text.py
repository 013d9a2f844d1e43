"""What one text does wrong is that text's affair: the real worker, whose model goes wrong as scripted."""

import pytest

from tests.gateway.content.conftest import NAMES, Scripted

pytestmark = pytest.mark.asyncio(loop_scope="module")

ODD = ("1次", "Zorp.", "It is zorp again.")
BABBLES = {"text": "1次|(?i:zorp)|^seven!", "does": "babble"}
"""Whoever speaks"""


async def test_texts_that_always_fail_take_the_clone_from_nobody(scripted: Scripted) -> None:
    """A2: three of them as one persona, again and again, then fifty of four others."""
    scripted.model.script(rules=[BABBLES])
    for text in ODD * 2:
        answer = await scripted.say("nova", text)
        assert (answer.status, answer.headers["X-Voice-Engine"]) == (200, "espeak")
    others = [name for name in NAMES if name != "nova"]
    spoken = [await scripted.by(name, f"Number {number}.") for number in range(13) for name in others]
    assert len(spoken) >= 50 and spoken == [["mlx"]] * len(spoken)
    assert await scripted.breaker() == "closed"


async def test_each_take_has_another_seed_and_there_are_two(scripted: Scripted) -> None:
    """A2. Asked again it goes to the next voice at once, without the model."""
    scripted.model.script(rules=[BABBLES])
    before = len(scripted.model.given())
    for _ in range(3):
        assert await scripted.by("brim", "A zorp!") == ["espeak"]
    given = scripted.model.given()[before:]
    assert [each.text for each in given] == ["A zorp!", "A zorp!"]
    assert len({each.seed for each in given}) == 2
    assert await scripted.by("brim", "Hello.") == ["mlx"]


async def test_a_take_that_goes_well_is_kept_and_one_that_went_wrong_is_not(scripted: Scripted) -> None:
    scripted.model.script(rules=[{"text": "dice", "does": "babble", "times": 1}])
    before = len(scripted.model.given())
    first, second = [await scripted.say("cora", "It is a matter of dice.") for _ in range(2)]
    assert [each.headers["X-Voice-Engine"] for each in (first, second)] == ["mlx", "mlx"]
    assert first.headers["X-Voice-Substitute"] == "none"
    assert first.frames == second.frames
    assert len(scripted.model.given()) == before + 2, "the second time it was played"


@pytest.mark.parametrize("text", ["1次", "7!"])
async def test_no_more_than_a_second_and_a_half_of_babble_is_heard(scripted: Scripted, text: str) -> None:
    """Y6: then the next voice says it, from its start."""
    scripted.model.script(rules=[BABBLES])
    answer = await scripted.speech(voice="dale", input=text, response_format="pcm")
    assert (answer.status, answer.headers["X-Voice-Engine"]) == (200, "mlx")
    stand_in = await scripted.say("dale", text)
    assert stand_in.headers["X-Voice-Engine"] == "espeak"
    babble = len(answer.body) / 48_000 - float(stand_in.headers["X-Duration"])
    assert 0.5 < babble < 1.75


@pytest.mark.parametrize(
    "text", ["N" + "o" * 35 + "!!! 1", "Aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaah.", "Hmmmmmmmmmmmmmmmmmmmmmmmm?"]
)
async def test_a_long_run_of_a_letter_may_be_said_in_a_moment(scripted: Scripted, text: str) -> None:
    """A3."""
    scripted.model.script(rules=[{"does": "short"}])
    assert await scripted.by("ezra", text) == ["mlx"]


@pytest.mark.parametrize(
    ("does", "reason"),
    [
        ("silent", "silent"),
        ("cut", "too_short"),
        ("gap", "silent_gap"),
        ("nothing", "no_audio"),
        ("nan", "not_a_number"),
        ("raise", "model_failed"),
        ("babble", "too_long"),
    ],
)
async def test_however_a_text_comes_out_wrong_nobody_else_notices(
    scripted: Scripted, does: str, reason: str
) -> None:
    scripted.model.script(rules=[{"text": f"^Odd {does}", "does": does}])
    text = f"Odd {does} of a sentence, which is long enough to miss something of it."
    for _ in range(4):
        answer = await scripted.say("ezra", text)
        assert (answer.headers["X-Voice-Engine"], answer.headers["X-Voice-Substitute"]) == ("espeak", reason)
    assert await scripted.by("ezra", f"And {does}.") == ["mlx"]
    assert await scripted.breaker() == "closed"
    assert (await scripted.mlx())["models"][0]["restarts"] == 0
