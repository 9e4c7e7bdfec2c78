"""Shows, measures and records leg veins treated by microsclerotherapy."""
