"""A gateway with nothing but eSpeak NG: it speaks what it is asked for, and spells nothing."""

from urllib.parse import quote

import pytest

from tests.gateway.in_process import Answer, RunningGateway

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEFT_OUT = "Japanese is left out: no voice here reads it"


async def ask(gateway: RunningGateway, text: str, **more: str) -> Answer:
    query = "".join(f"&{name}={quote(value)}" for name, value in more.items())
    return await gateway.ask(f"/synthesize?voice=vixen&text={quote(text)}{query}")


async def test_it_speaks_the_language_with_the_persona_s_variant_pitch_and_rate(
    gateway: RunningGateway,
) -> None:
    """X1."""
    async with gateway.socket() as client:
        for language, voice in (("de", "de+f4"), ("POR", "pt+f4"), ("en_US", "en-us+f4"), ("auto", "en+f4")):
            await client.ask(text="Tag, 1, 2, 3.", voice="vixen", language=language)
            *_, complete = await client.until("complete")
            (row,) = complete["spoken"]
            assert (row["voice"], row["settings"]["pitch"], row["settings"]["rate"]) == (voice, 72, 135)


async def test_it_warns_of_what_it_leaves_out(gateway: RunningGateway) -> None:
    """A4."""
    answer = await ask(gateway, "Now playing 夜に駆ける by a friend.")
    assert (answer.status, answer.headers["X-Voice-Warning"]) == (200, LEFT_OUT)
    answer = await ask(gateway, "I say привет, Καλημέρα, 你好, ありがとう, 안녕, नमस्ते, שלום, สวัสดี, مرحبا.")
    assert (answer.status, "X-Voice-Warning" in answer.headers) == (200, False)
    answer = await ask(gateway, "ᠮᠣᠩᠭᠣᠯ")
    assert (answer.status, answer.short_error[:29]) == (400, "no voice here reads Mongolian")
    body = {"input": "One. 東京です。 Three.", "voice": "vixen", "response_format": "pcm"}
    answer = await gateway.ask("/v1/audio/speech", "POST", json=body)
    assert (answer.status, LEFT_OUT in answer.headers["X-Voice-Warning"]) == (200, True)


async def test_it_takes_no_word_for_a_language_that_is_none(gateway: RunningGateway) -> None:
    """X2."""
    answer = await ask(gateway, "Hello.", language="jp")
    assert answer.short_error == "language: 'jp' is no language known here; near: ja (Japanese)"
    answer = await ask(gateway, "Hello.", language="klingon")
    assert answer.short_error.endswith("; write one as de, en-GB or German"), (
        "in the bytes that robots may play"
    )
    answer = await ask(gateway, "Kamusta.", language="fil")
    assert answer.headers["X-Voice-Warning"] == "language is not followed: no voice of vixen speaks Tagalog"
