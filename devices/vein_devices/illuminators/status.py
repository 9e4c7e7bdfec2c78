"""What an illuminator says of itself."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ChannelInfo", "LightStatus"]


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """One channel.

    Parameters
    ----------
    name : str
        As "nir850".
    wavelength_nm : nm
        0 for white.
    current_ma : mA
        At full level.
    irradiance_w_m2 : W/m2
        At the applied part at full level, as the firmware was told.
    """

    name: str
    wavelength_nm: int
    current_ma: int
    irradiance_w_m2: int


@dataclass(frozen=True, slots=True)
class LightStatus:
    """How an illuminator stands.

    Parameters
    ----------
    armed : bool
        Whether light may come out.
    faults : tuple of str
        Latched, by the names of `FAULTS`.
    led_c, skin_c, board_c : C
        Temperatures.
    battery_mv, battery_percent : mV, %
        Battery.
    lit_s, limit_s, dose_j_m2 : s, s, J/m2
        Lit time used up, its limit, and energy since the last rest.
    """

    armed: bool
    faults: tuple[str, ...]
    led_c: float
    skin_c: float
    board_c: float
    battery_mv: int
    battery_percent: int
    lit_s: float
    limit_s: float
    dose_j_m2: float
