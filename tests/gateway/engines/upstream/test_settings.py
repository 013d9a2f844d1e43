"""The tables [upstreams.NAME]: what may be written there, and that a key is never told."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import Field
from pydantic_settings import BaseSettings, EnvSettingsSource

from gateway.engines.upstream.upstream_settings import Upstreams, UpstreamSettings, read_upstreams
from robotvoice.errors import InvalidSettings

URL = "http://studio.local:8091"
ADDRESS = "give an address such as http://studio.local:8091"


class Told(BaseSettings):
    """As the gateway's settings have it."""

    upstreams: Upstreams = Field(default={})


def told(tables: Any) -> Mapping[str, UpstreamSettings]:
    return Told(upstreams=tables).upstreams


def refused(tables: Any) -> str:
    with pytest.raises(InvalidSettings) as caught:
        told(tables)
    assert "\n" not in caught.value.message
    return caught.value.message


def test_an_address_is_all_that_is_needed() -> None:
    settings = told({"studio": {"url": URL}})["studio"]
    assert (settings.url, settings.dialect, settings.verify_tls) == (URL, "openai", True)
    assert (settings.connect, settings.first_audio, settings.gap) == (1.0, 2.0, 0.8)
    assert settings.key({}) is None


@pytest.mark.parametrize("end", ["", "/", "/v1", "/v1/", "//"])
def test_an_address_may_end_as_clients_write_it(end: str) -> None:
    assert read_upstreams({"a": {"url": f"{URL}/tts{end}"}})["a"].url == f"{URL}/tts"


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"studio": {}}, f"upstreams.studio.url: is missing; {ADDRESS}"),
        ({"studio": {"url": "studio"}}, f"upstreams.studio.url: this is no address of HTTP; {ADDRESS}"),
        ({"studio": {"url": "ftp://a"}}, f"upstreams.studio.url: this is no address of HTTP; {ADDRESS}"),
        ({"studio": {"url": "http://"}}, f"upstreams.studio.url: this is no address of HTTP; {ADDRESS}"),
        ({"studio": {"url": "http://[a"}}, f"upstreams.studio.url: this is no address; {ADDRESS}"),
        ({"studio": {"url": 4}}, f"upstreams.studio.url: cannot be used; {ADDRESS}"),
        (
            {"studio": {"url": f"{URL}?key=sk-hidden"}},
            f"upstreams.studio.url: nothing may follow the path; {ADDRESS}",
        ),
        (
            {"studio": {"url": "http://me:sk-hidden@studio"}},
            f"upstreams.studio.url: a key does not belong into an address; name a key_file; {ADDRESS}",
        ),
        (
            {"studio": {"url": URL, "key": "sk-hidden"}},
            "upstreams.studio.key: there is no such setting; did you mean key_env?",
        ),
        (
            {"studio": {"url": URL, "key_env": "sk-hidden"}},
            "upstreams.studio.key_env: cannot be used; give the name of the environment variable that holds "
            "the key",
        ),
        (
            {"studio": {"url": URL, "dialect": "klingon"}},
            "upstreams.studio.dialect: cannot be used; give openai, vllm-omni, mlx-audio or robotvoice: "
            "whose server it is",
        ),
        (
            {"studio": {"url": URL, "gap": 3}},
            "upstreams.studio.gap: cannot be used; give seconds from 0.05 to 0.8",
        ),
        (
            {"studio": {"url": URL, "key_file": "key", "key_env": "KEY"}},
            "upstreams.studio: has a key_file and a key_env; remove one of them",
        ),
        ({"studio": URL}, "upstreams.studio: cannot be used; write a table with a url"),
        (
            {"My Studio": {"url": URL}},
            "upstreams: the name 'My Studio' cannot be used; give 1 to 32 of the characters a-z, 0-9, _ "
            "and -, the first a letter or digit",
        ),
        (
            {"a": {}, "b": {}},
            f"upstreams.a.url: is missing; {ADDRESS}; upstreams.b.url: is missing; {ADDRESS}",
        ),
        ([], "upstreams: can only be given in the settings file, as a table [upstreams.NAME] with a url"),
        ({str(n): {"url": URL} for n in range(17)}, "upstreams: there are more than 16; remove some"),
    ],
)
def test_what_cannot_be_used_is_told_without_what_was_written(tables: Any, message: str) -> None:
    assert refused(tables) == message
    assert "hidden" not in message


def test_they_cannot_be_given_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UPSTREAMS", "{not json")
    values = EnvSettingsSource(Told)()
    with pytest.raises(InvalidSettings, match="can only be given in the settings file"):
        read_upstreams(values["upstreams"])


@pytest.mark.parametrize("text", ["sk-hidden", " sk-hidden\n"])
def test_a_key_comes_from_a_file_or_the_environment(text: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    assert UpstreamSettings(url=URL, key_file=file).key({}) == "sk-hidden"
    assert told({"a": {"url": URL, "key_file": str(file)}})["a"].key({}) == "sk-hidden"
    if text == text.strip():
        assert UpstreamSettings(url=URL, key_env="KEY").key({"KEY": text}) == "sk-hidden"


@pytest.mark.parametrize("text", ["", "two words", "line\nline", "x" * 2000, "schlüssel"])
def test_what_is_no_key_is_told_and_not_repeated(text: str, tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    for settings, environment in [
        (UpstreamSettings(url=URL, key_file=file), {}),
        (UpstreamSettings(url=URL, key_env="KEY"), {"KEY": text}),
    ]:
        with pytest.raises(
            InvalidSettings, match="holds no key; put the key there and nothing else"
        ) as caught:
            _key(settings, environment)
        assert not text or text not in caught.value.message


def test_a_key_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"cannot be read \(No such file or directory\)"):
        UpstreamSettings(url=URL, key_file=tmp_path / "gone").key({})


def _key(settings: UpstreamSettings, environment: Mapping[str, str]) -> None:
    settings.key(environment)
