"""Who slips in a name is told which one is near."""

from robotvoice.ground.near_names import did_you_mean, near, nearest_or_all

NAMES = ("port", "Phrases_MB", "persona", "personas")


def test_the_nearest_comes_first_as_it_is_written() -> None:
    assert near("personass", NAMES, 2) == ["personas", "persona"]
    assert near("PHRASES_mb", NAMES) == ["Phrases_MB"]


def test_what_is_like_nothing_is_near_to_nothing() -> None:
    assert near("zzz", NAMES) == near("", NAMES) == near("port", ()) == []


def test_how_much_alike_they_must_be_can_be_told() -> None:
    assert near("prat", NAMES, alike=0.9) == []
    assert near("prat", NAMES, alike=0.5) == ["port"]


def test_the_question_is_asked_only_if_there_is_something_to_ask_for() -> None:
    assert did_you_mean(["a", "b"], "add it") == "did you mean a or b?"
    assert did_you_mean([], "add it") == "add it"
    assert nearest_or_all("prot", NAMES) == "did you mean port?"
    assert nearest_or_all("zzz", ["a", "b"]) == "known are a, b"


def test_a_name_may_be_of_any_length() -> None:
    assert near("ab" * 500_000, [f"{'ab' * 60}{number}" for number in range(20)])
