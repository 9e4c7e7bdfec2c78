"""Keeping a camera running: states, supervisor, trial runs and advice on faults."""
