"""OpenMV cameras: the driver, its wire protocol and a simulated camera."""
