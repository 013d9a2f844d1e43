"""Which encoded references a worker keeps."""

from gateway.engines.mlx.worker.voice_prompts import VoicePrompt, VoicePrompts


def test_prompts_used_longest_ago_make_room_and_those_of_requests_only_for_each_other() -> None:
    prompts = VoicePrompts(lasting=2, ad_hoc=1)
    assert prompts.put("a", VoicePrompt(1)) == ()
    assert prompts.put("b", VoicePrompt(2)) == ()
    assert prompts.put("request 1", VoicePrompt(3, ad_hoc=True)) == ()
    assert prompts.put("request 2", VoicePrompt(4, ad_hoc=True)) == ("request 1",)
    assert prompts.get("a") == VoicePrompt(1)
    assert prompts.put("c", VoicePrompt(5)) == ("b",)
    assert prompts.get("b") is None
    assert prompts.get("request 2") == VoicePrompt(4, ad_hoc=True)


def test_what_may_not_be_used_any_more_is_dropped_and_what_is_not_there_is_no_mistake() -> None:
    prompts = VoicePrompts()
    for name in ("a", "b"):
        prompts.put(name, VoicePrompt(name))
    prompts.drop(("a", "nobody"))
    assert (prompts.get("a"), prompts.get("b")) == (None, VoicePrompt("b"))
