from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import CancelledError, Future

import pytest

from vein_imaging.batch import (
    Finished,
    NotStarted,
    Outcome,
    ResultFolder,
    Task,
    UnfitWorkerError,
    WorkersLostError,
    run_batch,
)
from vein_imaging.batch.workers import Broken

MEASURED = Outcome('{"summary": {}, "branches": []}')


class ScriptedWorkers:
    """Answers at once, by a function of the task and of how often it was tried."""

    def __init__(self, answer: Callable[[Task, int], Outcome | Exception]) -> None:
        self.answer = answer
        self.room = 3
        self.tried: Counter[str] = Counter()
        self.out = self.most_out = 0

    def submit(self, task: Task) -> Future[Outcome]:
        self.tried[task.key] += 1
        future: Future[Outcome] = Future()
        answer = self.answer(task, self.tried[task.key])
        if isinstance(answer, CancelledError):
            future.cancel()
            future.set_running_or_notify_cancel()
        elif isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
        return future

    def explain(self, error: BaseException) -> Broken:
        if isinstance(error, CancelledError):
            raise WorkersLostError("nobody left") from error
        return Broken(f"ended: {error}", again=isinstance(error, OSError))


def counts(finished: list[Finished]) -> Counter[str]:
    return Counter(one.how for one in finished)


def test_each_content_is_measured_once_and_both_names_have_it(
    tasks: list[Task], results: ResultFolder
) -> None:
    workers = ScriptedWorkers(lambda task, tries: MEASURED)
    done = list(run_batch(tasks, workers, results))
    assert counts(done) == {"kept": 6, "known": 1}
    assert set(workers.tried.values()) == {1} and len(results) == 6
    assert {one.task.label["picture"] for one in done} == {
        task.label["picture"] for task in tasks
    }


def test_what_is_kept_is_not_measured_again(
    tasks: list[Task], results: ResultFolder
) -> None:
    list(run_batch(tasks[:3], ScriptedWorkers(lambda t, n: MEASURED), results))
    workers = ScriptedWorkers(lambda task, tries: MEASURED)
    done = list(run_batch(tasks, workers, results))
    assert counts(done) == {"known": 4, "kept": 3}
    assert not set(workers.tried) & {task.key for task in tasks[:3]}


def test_a_failure_is_told_with_its_reason_and_the_rest_goes_on(
    tasks: list[Task], results: ResultFolder
) -> None:
    bad = tasks[0].key
    workers = ScriptedWorkers(
        lambda task, n: Outcome(error="cut") if task.key == bad else MEASURED
    )
    missing = NotStarted({"picture": "x.png"}, "no such file")
    done = list(run_batch([missing, *tasks], workers, results))
    assert counts(done) == {"failed": 2, "kept": 5, "known": 1}
    assert {o.reason for o in done if o.how == "failed"} == {"cut", "no such file"}
    assert not results.holds(bad)


def test_twins_of_a_failure_fail_with_it(
    tasks: list[Task], results: ResultFolder
) -> None:
    workers = ScriptedWorkers(lambda task, n: Outcome(error="cut"))
    assert counts(list(run_batch(tasks, workers, results))) == {"failed": 7}
    assert len(workers.tried) == 6


def test_tasks_that_were_out_when_a_process_ended_are_done_again_each_alone(
    tasks: list[Task], results: ResultFolder
) -> None:
    bad = tasks[0].key

    def answer(task: Task, tries: int) -> Outcome | Exception:
        if task.key == bad or tries == 1:
            return OSError("killed")
        return MEASURED

    workers = ScriptedWorkers(answer)
    done = list(run_batch(tasks, workers, results))
    assert counts(done) == {"failed": 1, "kept": 5, "known": 1}
    # once with the others, twice alone: only then it is what ends its process
    assert workers.tried[bad] == 3
    assert next(o for o in done if o.how == "failed").reason == "ended: killed"


def test_an_error_that_will_come_again_is_not_tried_again(
    tasks: list[Task], results: ResultFolder
) -> None:
    workers = ScriptedWorkers(lambda task, n: ValueError("no"))
    assert counts(list(run_batch(tasks[:5], workers, results))) == {"failed": 5}
    assert set(workers.tried.values()) == {1}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (CancelledError(), WorkersLostError),
        (Outcome(refused="vein-imaging 9.9, not 0.1.0"), UnfitWorkerError),
    ],
)
def test_what_is_kept_stays_when_nobody_can_go_on(
    tasks: list[Task],
    results: ResultFolder,
    answer: Outcome | Exception,
    error: type[Exception],
) -> None:
    last = tasks[-2].key
    workers = ScriptedWorkers(lambda task, n: answer if task.key == last else MEASURED)
    with pytest.raises(error):
        list(run_batch(tasks, workers, results))
    assert len(results) >= 1
    done = list(run_batch(tasks, ScriptedWorkers(lambda t, n: MEASURED), results))
    assert len(done) == 7 and len(results) == 6


def test_no_more_tasks_are_taken_than_there_is_room(
    tasks: list[Task], results: ResultFolder
) -> None:
    taken = 0

    def counted() -> object:
        nonlocal taken
        for task in tasks:
            taken += 1
            yield task

    workers = ScriptedWorkers(lambda task, tries: MEASURED)
    first = next(run_batch(counted(), workers, results))  # type: ignore[arg-type]
    assert first.how == "kept"
    assert taken == workers.room
