"""USB cameras: the driver, its settings, their identity, and their access on Linux."""
