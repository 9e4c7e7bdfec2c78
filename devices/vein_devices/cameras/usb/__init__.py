"""USB cameras: the driver, its settings, their identity, what Linux says of them."""
