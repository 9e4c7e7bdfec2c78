"""Lights, one file for each kind, and the table that names them."""

from vein_devices.illuminators.table import ILLUMINATORS, open_illuminator, port_of

__all__ = ["ILLUMINATORS", "open_illuminator", "port_of"]
