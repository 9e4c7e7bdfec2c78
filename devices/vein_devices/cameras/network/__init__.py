"""Network cameras: the driver, its multipart protocol and a simulated server."""
