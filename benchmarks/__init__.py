"""mechsynth against what else can decide the same blocks: `python -m benchmarks --full -o benchmarks/results`."""
