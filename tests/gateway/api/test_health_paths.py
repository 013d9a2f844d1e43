"""What a reason says of files is told without where they lie."""

import pytest

from gateway.api.health import without_folders


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/home/ada/models/tiny is being loaded", "tiny is being loaded"),
        ("model ~/tiny lacks config.json; pull it again", "model tiny lacks config.json; pull it again"),
        ("cannot be loaded (OSError: '/a/b-c/d.json')", "cannot be loaded (OSError: 'd.json')"),
        ("no folder ./models/tiny; correct the key model", "no folder tiny; correct the key model"),
        ("Qwen3-TTS Base, some/Model-8bit (mlx 0.32)", "Qwen3-TTS Base, some/Model-8bit (mlx 0.32)"),
        ("eSpeak NG 1.52.0 (library), 24/7", "eSpeak NG 1.52.0 (library), 24/7"),
    ],
)
def test_of_a_path_only_the_name_is_told(text: str, told: str) -> None:
    assert without_folders(text) == told
