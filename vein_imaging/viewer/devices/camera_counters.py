"""What the running camera delivered, lost and damaged; how old its picture is."""

from __future__ import annotations

from qtpy.QtWidgets import QFormLayout, QLabel, QWidget

from vein_devices.supervision.states import DeviceState, DeviceStatus
from vein_imaging.capture import LivePicture
from vein_imaging.viewer.qt.style import tabular_figures
from vein_imaging.words import marked
from vein_imaging.words import translate as _

__all__ = ["CameraCounters", "counted"]

_BREAKS = "/?&=:,@"

_STATES = {
    DeviceState.CLOSED: marked("closed"),
    DeviceState.OPENING: marked("opening"),
    DeviceState.STREAMING: marked("streaming"),
    DeviceState.STALLED: marked("open, but no new picture comes"),
    DeviceState.ABSENT: marked("not plugged in"),
    DeviceState.LOST: marked("lost; tried again by itself"),
    DeviceState.FAULT: marked("failed"),
    DeviceState.ENDED: marked("recording over"),
}


def counted(
    status: DeviceStatus, shown: LivePicture | None, now_s: float
) -> tuple[tuple[str, str], ...]:
    """Each counter with its name, in the user's language.

    Parameters
    ----------
    status : DeviceStatus
    shown : LivePicture, optional
        On the screen.
    now_s : s
        `time.monotonic()`.
    """
    age, cost = "-", "-"
    if shown is not None:
        age = f"{now_s - shown.frame.taken_s:.2f} s"
        cost = f"{1000 * shown.cost_s:.0f} ms"
    size = "-"
    if status.width_px:
        size = f"{status.width_px} \N{MULTIPLICATION SIGN} {status.height_px}"
    return (
        (_("Camera"), status.address),
        (_("State"), _(_STATES[status.state])),
        (_("Last failure"), status.error or _("none")),
        (_("Size of a picture, px"), size),
        (_("Pictures a second"), f"{status.measured_fps:.1f}"),
        (_("Age of the picture on the screen"), age),
        (_("Time to find the veins in it"), cost),
        (_("Pictures delivered"), f"{status.frames}"),
        (_("Lost on the way"), f"{status.dropped}"),
        (_("Damaged"), f"{status.damaged}"),
        (_("Late"), f"{status.stale}"),
        (_("The same picture again"), f"{status.repeated}"),
        (_("Waits without a picture"), f"{status.timeouts}"),
        (_("Failures"), f"{status.failures}"),
        (_("Opened again"), f"{status.reconnects}"),
        (_("Given up inside the driver"), f"{status.abandoned}"),
    )


class CameraCounters(QWidget):
    """Names at the left, figures at the right; as old as the last look at them."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = QFormLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.values: dict[str, QLabel] = {}
        """By their names."""

    def show_counts(self, rows: tuple[tuple[str, str], ...]) -> None:
        """Show these.

        Parameters
        ----------
        rows : of (name, value)
            Always the same names.
        """
        for name, value in rows:
            label = self.values.get(name)
            if label is None:
                label = QLabel()
                label.setWordWrap(True)
                label.setFont(tabular_figures(label.font()))
                label.setAccessibleName(name)
                self.values[name] = label
                self._rows.addRow(name, label)
            label.setText(_breakable(value))


def _breakable(text: str) -> str:
    """An address has no blank: let a line of it end where it has a sign instead."""
    return "".join(
        f"{one}\N{ZERO WIDTH SPACE}" if one in _BREAKS else one for one in text
    )
