"""Entering injections: the form, the dose panel and the log."""
