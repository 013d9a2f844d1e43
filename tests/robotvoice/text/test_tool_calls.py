"""What a model says to a program is not heard; an answer that only stands in a wrapping is."""

# ruff: noqa: E501, RUF001 - what is tested is shown as it is written

import pytest

from robotvoice.errors import EmptyText
from robotvoice.text import clean, sentences


def heard(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


CALLS = [
    '<tool_call>{"name": "clock", "arguments": {"zone": "UTC"}}</tool_call>',
    '<tool_call>\n{"name": "clock", "arguments": {}}\n</tool_call>\n<tool_call>\n{"name": "x", "arguments": {}}\n</tool_call>',
    "<tool_call>clock\n<arg_key>zone</arg_key>\n<arg_value>UTC</arg_value>\n</tool_call>",
    '<function=clock>{"zone": "UTC"}</function>',
    "<function=clock>\n<parameter=zone>\nUTC\n</parameter>\n</function>",
    '<function_calls>\n<invoke name="clock">\n<parameter name="zone">UTC</parameter>\n</invoke>\n</function_calls>',
    '<function_calls><invoke name="clock"></invoke></function_calls>',
    '<|tool_calls_section_begin|><|tool_call_begin|>clock:0<|tool_call_argument_begin|>{"zone": "UTC"}'
    "<|tool_call_end|><|tool_calls_section_end|>",
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>clock\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
    '<|START_ACTION|>[{"tool_call_id": "0", "tool_name": "clock"}]<|END_ACTION|>',
    '<|python_tag|>{"name": "clock", "parameters": {}}<|eom_id|>',
    '<tool_response>{"time": "12:00"}</tool_response>',
    "<tool_result>12:00</tool_result>",
    "<observation>12:00</observation>",
    '[TOOL_CALLS] [{"name": "clock", "arguments": {"zone": "UTC"}}]',
    '[TOOL_CALLS]clock{"zone": "UTC"}',
    '[TOOL_RESULTS]{"content": "12:00"}[/TOOL_RESULTS]',
    '[AVAILABLE_TOOLS][{"type": "function"}][/AVAILABLE_TOOLS]',
    "```tool_code\nprint(clock.now())\n```",
    '```tool_call\n{"name": "clock"}\n```',
    "```tool_outputs\n12:00\n```",
    '{"action": "search", "action_input": "what time is it"}',
    '{"name": "clock", "arguments": {"zone": "UTC", "format": "{h}:{m}"}}',
    "{'tool': 'clock', 'args': {'zone': 'UTC'}}",
    '[{"name": "clock", "parameters": {}}, {"name": "alarm", "parameters": {}}]',
    '{\n  "tool_calls": [\n    {"type": "function", "function": {"name": "clock"}}\n  ]\n}',
]


@pytest.mark.parametrize("call", CALLS)
def test_a_tool_call_is_not_heard(call: str) -> None:
    for text in (f"{call}\nIt is noon.", f"It is noon.\n{call}", f"{call}It is noon.", f"It is noon.{call}"):
        assert heard(text) == ["It is noon."], text


@pytest.mark.parametrize("call", CALLS)
def test_a_tool_call_that_is_cut_off_is_not_heard_either(call: str) -> None:
    for share in (0.6, 0.8, 0.95):
        part = call[: int(len(call) * share)]
        if part.count("`") in (0, 3) and any(
            each in part for each in ("<", "TOOL_", "tool_", '"a', '"p', "'a")
        ):
            assert heard(f"It is noon.\n{part}") == ["It is noon."], part


def test_an_agents_steps_leave_its_answer() -> None:
    steps = "Thought: I need the time.\nAction: clock\nAction Input: UTC\nObservation: 12:00\n"
    assert heard(f"{steps}Thought: I know it.\nFinal Answer: It is noon.") == ["It is noon."]
    with pytest.raises(EmptyText):
        clean(steps)


@pytest.mark.parametrize(
    "wrapped",
    [
        '{"answer": "It is noon."}',
        '{"thought": "easy", "answer": "It is noon."}',
        '<think>a</think>\n{"response": "It is noon."}',
        '[{"type": "text", "text": "It is noon."}]',
        '{"response": "\\nIt is noon."}',
        '{"action": "Final Answer", "action_input": "It is noon."}',
        '{"role": "assistant", "content": "It is noon."}',
        "```markdown\nIt is noon.\n```",
        "<answer>It is noon.</answer>",
        "<final>It is **noon**.</final>",
        "<speak><p><s>It is <emphasis>noon</emphasis>.</s></p></speak>",
    ],
)
def test_an_answer_in_a_wrapping_is_heard(wrapped: str) -> None:
    assert heard(wrapped) == ["It is noon."]


def test_data_in_an_answer_is_not_read_sign_by_sign() -> None:
    assert heard('Here it is:\n{"volume": 7, "names": ["a", "b"]}\nDone.') == ["Here it is:", "Done."]
    assert heard("Hello {name}, {{greeting}} and {1, 2}.") == ["Hello {name}, {{greeting}} and {1, 2}."]
