"""What the application is told before it starts."""

import pytest

from gateway.app import make_app
from gateway.engines.engine_parts import Parts
from gateway.ground.folders import bundled_personas
from gateway.requests.app_keys import DEFAULT_PERSONA
from gateway.settings.settings import Settings
from robotvoice.errors import InvalidSettings
from tests.gateway.in_process import library, persona
from tests.gateway.personas.loading import load_personas

NONE = Parts({})


@pytest.mark.parametrize(("told", "chosen"), [(None, "spark"), ("Vixen", "vixen"), ("DATA", "spark")])
def test_the_default_persona_is_who_was_told_else_spark(told: str | None, chosen: str) -> None:
    app = make_app(Settings(default_persona=told), load_personas(bundled_personas()), NONE, identity="x")
    assert app[DEFAULT_PERSONA] == chosen


def test_without_spark_the_first_persona_is_the_default() -> None:
    app = make_app(
        Settings(), library(persona("ann", "espeak"), persona("bob", "espeak")), NONE, identity="x"
    )
    assert app[DEFAULT_PERSONA] == "ann"


def test_a_default_persona_that_is_not_there_is_told_with_its_setting() -> None:
    with pytest.raises(InvalidSettings, match=r"default_persona: no voice 'nobody'.*gremlin, spark, vixen"):
        make_app(Settings(default_persona="nobody"), load_personas(bundled_personas()), NONE, identity="x")
