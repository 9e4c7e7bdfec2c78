"""Picture files of every kind, read by one reader."""
