"""Photographs taken and compared, before and after."""
