"""Serial cameras with a VC0706: driver, wire protocol and a simulated camera."""
