"""What napari would let a person do to a Points layer, and `SitePoints` must not."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Points

from vein_imaging.viewer.qt.napari_private import SitePoints

TWO = np.array([[10.0, 20.0], [30.0, 40.0]])


@pytest.fixture
def sites() -> SitePoints:
    layer = SitePoints(
        np.zeros((0, 2)), text="{label}", features={"label": np.zeros(0, dtype=str)}
    )
    layer.sync(TWO, ["1", "2"], ["red", "blue"], ["disc", "square"], size_px=20)
    return layer


def test_sync_shows_exactly_what_it_is_given(sites: SitePoints) -> None:
    assert sites.data.tolist() == TWO.tolist()
    assert list(sites.text.values) == ["1", "2"]
    assert [str(s) for s in sites.symbol] == ["disc", "square"]
    assert np.allclose(sites.face_color, [[1, 0, 0, 1], [0, 0, 1, 1]])
    sites.sync(TWO[:1], ["1"], ["red"], ["disc"], size_px=20)
    assert len(sites.data) == 1
    sites.sync(np.zeros((0, 2)), [], [], [], size_px=20)
    assert len(sites.data) == 0


def test_delete_does_nothing(sites: SitePoints) -> None:
    sites.selected_data = {0, 1}
    sites.remove_selected()
    sites.remove([0])
    assert sites.data.tolist() == TWO.tolist()


def test_adding_by_a_click_does_nothing(sites: SitePoints) -> None:
    sites.add(np.array([1.0, 2.0]))
    assert sites.data.tolist() == TWO.tolist()


def test_copy_and_paste_does_nothing(sites: SitePoints) -> None:
    sites.selected_data = {0}
    sites._copy_data()
    sites._paste_data()
    assert sites.data.tolist() == TWO.tolist()


def test_dragging_does_nothing(sites: SitePoints) -> None:
    sites.selected_data = {0}
    sites._move([0], [50.0, 50.0])
    assert sites.data.tolist() == TWO.tolist()


def test_it_stays_uneditable_after_every_change(sites: SitePoints) -> None:
    assert not sites.editable
    sites.sync(TWO, ["1", "2"], ["red", "blue"], ["disc", "square"], size_px=20)
    assert not sites.editable


def test_a_plain_layer_would_lose_its_points() -> None:
    """The reason for all this; when it fails, napari has changed: look again."""
    plain = Points(TWO)
    plain.editable = False
    plain.selected_data = {0, 1}
    plain.remove_selected()
    assert len(plain.data) == 0
