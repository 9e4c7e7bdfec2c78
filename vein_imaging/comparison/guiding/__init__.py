"""Helps to take the same picture again: a ghost, a match score, and what to change."""
