import math

import numpy as np
import pytest

from vein_imaging.imaging.agreement import Line, centreline_agreement


def line(row: float, start: float, end: float, width: float = 5.0) -> Line:
    columns = np.array([start, (start + end) / 2, end])
    return np.stack([np.full(3, row), columns], axis=1), np.full(3, width)


def test_a_line_agrees_with_itself() -> None:
    result = centreline_agreement([line(10, 0, 100)], [line(10, 0, 100)])
    assert (result.recall, result.precision) == (1.0, 1.0)
    assert result.true_length_px == pytest.approx(100, abs=1)
    assert result.diameter_bias == pytest.approx(0)


def test_half_a_line_found_is_half_recalled_and_wholly_true() -> None:
    result = centreline_agreement([line(10, 0, 50)], [line(10, 0, 100)])
    assert result.recall == pytest.approx(0.52, abs=0.02)  # and 2 px past its end
    assert result.precision == 1.0


def test_an_invented_line_lowers_precision_only() -> None:
    result = centreline_agreement(
        [line(10, 0, 100), line(40, 0, 100)], [line(10, 0, 100)]
    )
    assert (result.recall, result.precision) == (1.0, 0.5)


def test_lines_further_apart_than_the_tolerance_do_not_agree() -> None:
    apart = centreline_agreement([line(12.5, 0, 100)], [line(10, 0, 100)])
    near = centreline_agreement(
        [line(12.5, 0, 100)], [line(10, 0, 100)], tolerance_px=3.0
    )
    assert apart.recall == 0.0
    assert near.recall > 0.95


def test_the_width_error_is_found_minus_true_and_unknown_widths_do_not_count() -> None:
    result = centreline_agreement(
        [line(10, 0, 100, 6.0), line(40, 0, 100, math.nan)],
        [line(10, 0, 100, 5.0), line(40, 0, 100, 5.0)],
    )
    assert result.diameter_bias == pytest.approx(1.0)
    assert result.diameter_sd == pytest.approx(0.0)


def test_nothing_found_recalls_nothing_and_nothing_true_has_no_recall() -> None:
    assert centreline_agreement([], [line(1, 0, 9)]).recall == 0.0
    assert math.isnan(centreline_agreement([], [line(1, 0, 9)]).precision)
    assert math.isnan(centreline_agreement([line(1, 0, 9)], []).recall)


def test_a_tolerance_of_nothing_and_ragged_lines_are_refused() -> None:
    with pytest.raises(ValueError, match="tolerance"):
        centreline_agreement([], [], tolerance_px=0)
    with pytest.raises(ValueError, match="points"):
        centreline_agreement([(np.zeros((3, 2)), np.zeros(2))], [])
