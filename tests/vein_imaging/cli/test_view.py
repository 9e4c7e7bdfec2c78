import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from vein_imaging.cli import main


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense:"],
        ["--store", "somewhere", "--screenshot", "window.png"],
        ["--region", "XX"],
        ["--timezone", "Mars/Olympus"],
        ["--session", "abc"],
        ["--patient", "abc"],
        ["--store", "somewhere", "--patient", "a", "--session", "b"],
        ["--author", "somebody else"],
    ],
)
def test_bad_usage_is_2_and_opens_no_window(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, ["view", *arguments])
    assert result.exit_code == 2
    assert result.stderr.splitlines()[-1].startswith("Error: ")


@pytest.mark.parametrize("arguments", [["view"], ["demo", "--out", "unused"]])
def test_without_the_extra_one_line_says_what_to_install(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "qtpy", None)
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 1
    (line,) = result.stderr.splitlines()
    assert "pip install 'vein-imaging[app]'" in line


def test_a_missing_store_is_1_with_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEIN_IMAGING_PASSWORD", "four unrelated words")
    where = ["--store", str(tmp_path / "none"), "--user", "anna"]
    result = CliRunner().invoke(main, ["view", *where, "--session", "abc"])
    assert result.exit_code == 1
    assert len(result.stderr.splitlines()) == 1


def test_without_a_screen_it_is_1_with_one_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    result = CliRunner().invoke(main, ["view"])
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "Error: there is no screen to open a window on; start this on a desktop, or "
        "under xvfb-run -a"
    ]


@pytest.mark.parametrize(
    ("arguments", "store"),
    [([], None), (["--store", "clinic"], Path("clinic")), (["uvc:"], "not shown")],
)
def test_the_start_page_opens_unless_there_is_only_a_camera_to_practise_with(
    arguments: list[str], store: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The drawn leg is no default any more: it was one with a real store too."""
    shown: list[object] = []
    monkeypatch.setattr("vein_imaging.viewer.run_day", lambda **o: shown.append(o))
    monkeypatch.setattr(
        "vein_imaging.viewer.run_viewer", lambda *o, **_: shown.append(o)
    )
    result = CliRunner().invoke(main, ["view", *arguments])
    assert result.exit_code == 0, result.output
    (how,) = shown
    if store == "not shown":
        assert how == ("uvc:",)
    else:
        assert isinstance(how, dict)
        assert (how["store"], how["camera"]) == (store, "")
