"""The serial port, and simulated devices at its other end."""
