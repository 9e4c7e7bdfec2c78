import pytest

from vein_imaging.viewer.application import NoScreenError, need_a_screen


@pytest.mark.parametrize(
    "environment",
    [
        {"DISPLAY": ":0"},
        {"WAYLAND_DISPLAY": "wayland-0"},
        {"QT_QPA_PLATFORM": "vnc"},
    ],
)
def test_a_screen_is_a_screen(environment: dict[str, str]) -> None:
    need_a_screen(environment)


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "no screen"),
        ({"DISPLAY": ""}, "no screen"),
        ({"DISPLAY": ":0", "QT_QPA_PLATFORM": "offscreen"}, "black picture"),
    ],
)
def test_no_screen_is_said_in_words(environment: dict[str, str], says: str) -> None:
    with pytest.raises(NoScreenError, match=says):
        need_a_screen(environment)
