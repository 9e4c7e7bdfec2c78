"""Matches by two trained networks, DISK and LightGlue, run by OpenCV; optional."""
