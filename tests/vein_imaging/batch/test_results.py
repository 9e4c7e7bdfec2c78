from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from vein_imaging.batch import (
    ResultFolder,
    Task,
    code_version,
    earlier_results,
    open_results,
)
from vein_imaging.comparison import CompareSettings
from vein_imaging.pipeline import AnalysisSettings

FIGURES = '{"summary": {"length_px": 12.5}, "branches": []}'


@pytest.fixture
def task(tasks: list[Task]) -> Task:
    return tasks[1]


def again(results: ResultFolder, task: Task, **changed: object) -> ResultFolder:
    version = replace(code_version(), **changed)  # type: ignore[arg-type]
    now = datetime.fromisoformat(results.begun_at) + timedelta(days=1)
    return open_results(results.folder.parent, version, task.settings, now=now)


def test_a_result_is_there_after_opening_again(
    results: ResultFolder, task: Task
) -> None:
    assert not results.holds(task.key)
    results.keep(task, FIGURES)
    opened = again(results, task)
    assert opened.folder == results.folder and len(opened) == 1
    assert opened.figures(task.key) == json.loads(FIGURES)
    assert opened.begun_at == results.begun_at


def test_a_result_says_what_it_is_of(results: ResultFolder, task: Task) -> None:
    results.keep(task, FIGURES)
    (file,) = results.folder.glob("results/*/*.json")
    document = json.loads(file.read_bytes())
    assert document["inputs"] == list(task.inputs)
    assert document["version"]["sources"] == code_version().sources
    assert document["settings"]["quality"] == "fast"
    assert task.label["picture"] not in file.read_text()  # a path may be a name


def test_another_version_has_another_folder_and_is_the_earlier_one(
    results: ResultFolder, task: Task
) -> None:
    results.keep(task, FIGURES)
    other = again(results, task, release="9.9")
    assert other.folder != results.folder and len(other) == 0
    assert other.version.startswith("analyse-9.9-")
    (earlier,) = earlier_results(other)
    assert earlier.figures(task.key) == json.loads(FIGURES)


def test_other_settings_have_another_folder_and_another_kind_is_no_earlier_one(
    results: ResultFolder, task: Task
) -> None:
    out = results.folder.parent
    noon = datetime.fromisoformat(results.begun_at)
    assert isinstance(task.settings, AnalysisSettings)
    settings = replace(task.settings, sensitivity=0.5)
    other = open_results(out, code_version(), settings, now=noon)
    assert other.folder != results.folder
    pairs = open_results(out, code_version(), CompareSettings(), now=noon)
    assert pairs.version.startswith("compare-")
    assert list(earlier_results(pairs)) == []


def test_a_half_written_result_does_not_count(
    results: ResultFolder, task: Task
) -> None:
    results.keep(task, FIGURES)
    (file,) = results.folder.glob("results/*/*.json")
    file.rename(file.with_name(file.name + ".0123.partial"))
    assert len(again(results, task)) == 0


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"format": 99}'])
def test_a_damaged_description_is_refused_in_words(
    results: ResultFolder, task: Task, content: str
) -> None:
    (results.folder / "about.json").write_text(content)
    with pytest.raises(ValueError, match=r"about\.json is damaged, or of a newer"):
        again(results, task)


def test_a_folder_of_another_version_under_this_name_is_refused(
    results: ResultFolder, task: Task
) -> None:
    about = results.folder / "about.json"
    told = json.loads(about.read_text())
    told["version"]["sources"] = "0" * 64
    about.write_text(json.dumps(told))
    with pytest.raises(ValueError, match="another version or other settings"):
        again(results, task)


def test_a_full_disk_leaves_nothing(
    results: ResultFolder, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        results.keep(task, FIGURES)
    monkeypatch.undo()
    assert len(again(results, task)) == 0
    assert [p for p in Path(results.folder).rglob("*") if p.suffix == ".partial"] == []
