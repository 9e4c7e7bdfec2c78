from __future__ import annotations

import json
import os
import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from vein_imaging.batch import Task, code_version
from vein_imaging.batch.task import perform


def fails(task: Task) -> dict[str, object]:
    raise KeyError("strange")


def gives_nan(task: Task) -> dict[str, object]:
    return {"width": float("nan")}


@pytest.fixture
def task(tasks: list[Task]) -> Task:
    return tasks[1]


def test_a_task_travels_as_a_few_words_never_as_pixels(tasks: list[Task]) -> None:
    for task in tasks:
        assert len(pickle.dumps(task)) < 2000


def test_the_key_is_of_content_and_scale_not_of_the_place(task: Task) -> None:
    moved = replace(task, place=("/elsewhere.png", ""), label={"picture": "x"})
    assert moved.key == task.key
    assert replace(task, inputs=("0" * 64,)).key != task.key
    assert replace(task, given={**task.given, "mm_per_pixel": 0.4}).key != task.key


def test_figures_come_back_with_what_they_cost(task: Task) -> None:
    outcome = perform(task, code_version())
    assert outcome.error == outcome.refused == ""
    assert outcome.cpu_s > 0
    assert json.loads(outcome.figures)["summary"]["mm_per_pixel"] == 0.5


def test_a_worker_of_another_version_measures_nothing(task: Task) -> None:
    outcome = perform(task, replace(code_version(), release="9.9"))
    assert outcome.figures == ""
    ours = code_version().release
    assert outcome.refused.endswith(
        f"/{os.getpid()} is refused: it is of another version: "
        f"vein-imaging {ours}, not 9.9"
    )


def test_a_worker_that_does_not_see_the_folder_is_refused_not_the_picture(
    task: Task,
) -> None:
    elsewhere = replace(task, place=("/nowhere/leg.png", ""))
    assert "it does not see /nowhere" in perform(elsewhere, code_version()).refused


def test_an_error_becomes_words(task: Task) -> None:
    strange = perform(replace(task, work=fails), code_version())
    assert strange.error == "KeyError: 'strange'"
    nan = perform(replace(task, work=gives_nan), code_version())
    assert "not JSON compliant" in nan.error


def test_a_picture_that_changed_meanwhile_is_not_measured_under_its_old_name(
    task: Task,
) -> None:
    path = Path(task.place[0])
    path.write_bytes(path.read_bytes() + b"\0")
    assert "has changed since" in perform(task, code_version()).error


def test_a_picture_that_is_gone_is_named(task: Task) -> None:
    Path(task.place[0]).unlink()
    assert task.place[0] in perform(task, code_version()).error
