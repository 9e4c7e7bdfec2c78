"""Pure codecs: bytes in, messages out. No port, no clock, no thread."""
