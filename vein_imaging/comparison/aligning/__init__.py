"""One picture laid over the other: blocks, affine and smooth maps, their support."""
