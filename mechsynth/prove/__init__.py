"""From floats to proofs: exact arithmetic decides what the floats suggest."""
