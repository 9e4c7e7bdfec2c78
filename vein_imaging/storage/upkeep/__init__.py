"""Looking after a store: verification, checkpoints, backup, export and erasure."""
