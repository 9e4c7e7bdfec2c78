"""What changed, piece by piece, and when no judgement is possible."""
