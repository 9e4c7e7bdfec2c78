"""Calibration in the window, the doctor, and what the camera has counted."""
