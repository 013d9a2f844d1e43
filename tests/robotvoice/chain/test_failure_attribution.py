"""What came out wrong is its text's affair, then its voice's, and its engine's when nothing else is left."""

import pytest

from robotvoice.chain.failure_attribution import (
    BAD_VOICE,
    MOST_AD_HOC,
    MOST_TEXTS,
    MOST_VOICES,
    TEXT_RESTS,
    TEXTS,
    VOICE_RESTS,
    WINDOW,
    FailureAttribution,
    Whose,
)
from robotvoice.persona import ModelVoice, UpstreamVoice, VoiceSpec
from robotvoice.utterance import Reason
from tests.robotvoice.chain.chain import Clock

LONG = Reason("too_long", "it speaks on")


def cloned(name: str, *, ad_hoc: bool = False, seed: int | None = None) -> VoiceSpec:
    return VoiceSpec("mlx", model_voice=ModelVoice("model", name, seed=seed, ad_hoc=ad_hoc))


NOVA, BRIM, CORA = map(cloned, ("nova", "brim", "cora"))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def blame(clock: Clock) -> FailureAttribution:
    return FailureAttribution(clock)


def fail(blame: FailureAttribution, *what: tuple[VoiceSpec, str]) -> list[Whose]:
    return [blame.failed(voice, text, LONG) for voice, text in what]


def test_a_text_that_came_out_wrong_is_not_tried_with_that_voice_for_a_while(
    clock: Clock, blame: FailureAttribution
) -> None:
    assert fail(blame, (NOVA, "One.")) == [Whose.TEXT]
    doubt = blame.doubt(NOVA, "One.")
    assert doubt.reason and doubt.reason.code == "too_long"
    assert doubt.retry_after == TEXT_RESTS[0]
    assert blame.doubt(NOVA, "Two.") and blame.doubt(BRIM, "One.") and blame.readiness(NOVA)
    clock.now += TEXT_RESTS[0]
    assert blame.doubt(NOVA, "One.")


def test_each_time_it_comes_out_wrong_again_it_rests_longer_up_to_an_hour(
    clock: Clock, blame: FailureAttribution
) -> None:
    rests = []
    for _ in range(12):
        fail(blame, (NOVA, "One."))
        rests.append(blame.doubt(NOVA, "One.").retry_after)
        blame.spoke(NOVA, "Two.", clock())
        clock.now += 2 * TEXT_RESTS[1]
    assert rests[:3] == [30.0, 60.0, 120.0]
    assert rests[-1] == TEXT_RESTS[1]


def test_each_take_is_another_one_also_after_one_that_went_well(
    clock: Clock, blame: FailureAttribution
) -> None:
    assert blame.take(NOVA, "One.") == 0
    fail(blame, (NOVA, "One."), (NOVA, "One."))
    assert (blame.take(NOVA, "One."), blame.take(NOVA, "Two.")) == (2, 0)
    blame.spoke(NOVA, "One.", clock())
    assert blame.take(NOVA, "One.") == 2, "the take that went well is the one to take again"
    assert blame.doubt(NOVA, "One.")


def test_a_voice_whose_different_texts_come_out_wrong_is_given_a_rest_and_nobody_else(
    blame: FailureAttribution,
) -> None:
    whose = fail(blame, *((NOVA, f"Number {number}.") for number in range(TEXTS)))
    assert whose == [*[Whose.TEXT] * (TEXTS - 1), Whose.VOICE]
    rest = blame.readiness(NOVA)
    assert rest.reason and rest.reason.code == BAD_VOICE
    assert rest.retry_after == VOICE_RESTS[0]
    assert blame.readiness(BRIM)


def test_one_text_however_often_gives_its_voice_no_rest(blame: FailureAttribution) -> None:
    assert set(fail(blame, *[(NOVA, "One.")] * 20)) == {Whose.TEXT}
    assert blame.readiness(NOVA)


def test_a_clip_is_named_with_what_to_type_and_a_voice_without_one_is_not(blame: FailureAttribution) -> None:
    upstream = VoiceSpec("upstream:far", "ada", upstream_voice=UpstreamVoice("key"))
    for voice, words in ((cloned("nova", ad_hoc=False), "settings"), (upstream, "settings")):
        fail(blame, *((voice, f"Number {number}.") for number in range(TEXTS)))
        reason = blame.readiness(voice).reason
        assert reason and words in reason.text and "too_long" in reason.text
        blame.forget()


def test_a_voice_that_fails_again_after_its_rest_rests_longer_at_once(
    clock: Clock, blame: FailureAttribution
) -> None:
    rests = []
    fail(blame, *((NOVA, f"Number {number}.") for number in range(TEXTS - 1)))
    for number in range(8):
        fail(blame, (NOVA, f"And {number}."), (NOVA, f"And {number}."))
        rests.append(blame.readiness(NOVA).retry_after)
        clock.now += VOICE_RESTS[1]
    assert rests[:3] == [10.0, 20.0, 40.0]
    assert rests[-1] == VOICE_RESTS[1]


def test_a_voice_that_spoke_well_is_as_good_as_any(clock: Clock, blame: FailureAttribution) -> None:
    fail(blame, *((NOVA, f"Number {number}.") for number in range(TEXTS)))
    blame.spoke(NOVA, "Well.", clock())
    assert blame.readiness(NOVA)
    assert fail(blame, (NOVA, "One."), (NOVA, "Two.")) == [Whose.TEXT] * 2


@pytest.mark.parametrize(
    "wrong",
    [
        [(NOVA, "One."), (BRIM, "Two."), (NOVA, "Three."), (BRIM, "Four.")],
        [(NOVA, "One."), (NOVA, "Two."), (NOVA, "Three."), (BRIM, "Four."), (BRIM, "Five.")],
        [(NOVA, "One."), (BRIM, "Two."), (CORA, "Three.")],
        [(NOVA, "One."), (BRIM, "One."), (NOVA, "Two."), (BRIM, "Two."), (CORA, "Three.")],
    ],
    ids=["in turn", "one after the other", "three voices", "some the same"],
)
def test_the_engine_is_to_blame_when_texts_and_voices_differ(
    wrong: list[tuple[VoiceSpec, str]], blame: FailureAttribution
) -> None:
    *before, last = fail(blame, *wrong)
    assert Whose.ENGINE not in before
    assert last is Whose.ENGINE


@pytest.mark.parametrize(
    "wrong",
    [
        [(NOVA, "One."), (BRIM, "One."), (CORA, "One.")],
        [(NOVA, "One."), (BRIM, "Two."), (BRIM, "One."), (NOVA, "Two.")],
        [(NOVA, f"Number {number}.") for number in range(20)],
        [(BRIM, "One."), *((NOVA, f"Number {number}.") for number in range(20)), (BRIM, "One.")],
        [(NOVA, "One."), (BRIM, "Two."), (CORA, "One.")],
    ],
    ids=["one text", "two texts", "one voice", "one voice and one text", "two texts of three voices"],
)
def test_it_is_not_while_a_text_or_a_voice_explains_it(
    wrong: list[tuple[VoiceSpec, str]], blame: FailureAttribution
) -> None:
    assert Whose.ENGINE not in fail(blame, *wrong)


def test_it_is_not_when_something_went_well_in_between(clock: Clock, blame: FailureAttribution) -> None:
    fail(blame, (NOVA, "One."), (BRIM, "Two."))
    clock.now += 1
    blame.spoke(CORA, "Well.", clock())
    assert fail(blame, (NOVA, "Three."), (BRIM, "Four.")) == [Whose.TEXT] * 2


def test_what_was_begun_before_it_went_wrong_redeems_nothing(clock: Clock, blame: FailureAttribution) -> None:
    begun = clock()
    clock.now += 1
    fail(blame, (NOVA, "One."), (BRIM, "Two."))
    blame.spoke(CORA, "Well.", begun)
    blame.spoke(NOVA, "Well.", begun)
    assert fail(blame, (NOVA, "Three."), (BRIM, "Four.")) == [Whose.TEXT, Whose.ENGINE]


def test_what_went_wrong_long_ago_tells_nothing(clock: Clock, blame: FailureAttribution) -> None:
    fail(blame, (NOVA, "One."), (BRIM, "Two."))
    clock.now += WINDOW + 1
    assert fail(blame, (CORA, "Three."), (BRIM, "Four.")) == [Whose.TEXT] * 2


def test_when_it_was_the_engine_its_texts_and_voices_may_be_tried_at_once(blame: FailureAttribution) -> None:
    fail(blame, (NOVA, "One."), (NOVA, "Two."), (NOVA, "Three."))
    assert not blame.readiness(NOVA)
    assert fail(blame, (BRIM, "Four."), (BRIM, "Five.")) == [Whose.TEXT, Whose.ENGINE]
    assert blame.readiness(NOVA)
    assert all(
        blame.doubt(voice, text) for voice, text in ((NOVA, "One."), (NOVA, "Three."), (BRIM, "Four."))
    )
    assert fail(blame, (BRIM, "Six.")) == [Whose.TEXT], "it begins anew"


def test_bad_voices_accuse_their_engine_more_and_more_seldom(clock: Clock, blame: FailureAttribution) -> None:
    """Two bad clips that talk a lot, and nobody else says a word. Who has spoken well may do so again."""
    whose: list[Whose] = []
    for number in range(1800):
        for voice in (NOVA, BRIM):
            if blame.readiness(voice):
                whose += fail(blame, (voice, f"Number {number}."))
        clock.now += 1
    assert 1 <= whose.count(Whose.ENGINE) <= 6
    assert whose.count(Whose.VOICE) > 10
    for voice in (NOVA, BRIM):
        blame.spoke(voice, "Well.", clock())
    clock.now += 1
    assert fail(blame, (NOVA, "One."), (BRIM, "Two."), (NOVA, "Three."), (BRIM, "Four."))[-1] is Whose.ENGINE


def test_what_a_single_request_wishes_of_a_voice_makes_no_other_voice(blame: FailureAttribution) -> None:
    seeds = [cloned("nova", seed=seed) for seed in range(6)]
    assert Whose.ENGINE not in fail(blame, *((voice, f"Number {voice}.") for voice in seeds))


def test_the_clip_of_a_single_request_is_its_own_affair(clock: Clock, blame: FailureAttribution) -> None:
    clips = [cloned(f"clip {number}", ad_hoc=True) for number in range(10)]
    assert set(fail(blame, *((clip, f"Number {clip}.") for clip in clips * 3))) == {Whose.TEXT}
    assert all(blame.readiness(clip) and blame.doubt(clip, f"Number {clip}.") for clip in clips)
    assert blame.take(clips[0], f"Number {clips[0]}.") == 3
    fail(blame, (NOVA, "One."), (BRIM, "Two."))
    clock.now += 1
    blame.spoke(clips[0], "Well.", clock())
    assert fail(blame, (CORA, "Three.")) == [Whose.ENGINE], "nor does it redeem anybody"


def test_memory_is_bounded_and_clips_of_requests_push_out_no_persona(blame: FailureAttribution) -> None:
    fail(blame, (NOVA, "One."))
    for number in range(MOST_AD_HOC + 10):
        fail(blame, (cloned(f"clip {number}", ad_hoc=True), "One."))
    assert blame.take(NOVA, "One.") == 1
    for number in range(MOST_TEXTS + 10):
        fail(blame, (cloned(f"voice {number}"), f"Number {number}."))
    assert blame.take(NOVA, "One.") == 0
    assert (len(blame._texts), len(blame._ad_hoc)) == (MOST_TEXTS, MOST_AD_HOC)
    assert len(blame._voices) == MOST_VOICES


def test_a_clean_slate_is_clean(blame: FailureAttribution) -> None:
    fail(blame, *((NOVA, f"Number {number}.") for number in range(TEXTS)))
    blame.forget()
    assert blame.readiness(NOVA) and blame.doubt(NOVA, "Number 0.") and not blame.take(NOVA, "Number 0.")
