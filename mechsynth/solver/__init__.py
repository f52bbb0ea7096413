"""Floats: fast suggestions that nobody has to believe. The only place that imports ``highspy``."""
