"""Stand-ins for devices: they speak the true bytes, and misbehave on request."""
