"""Signals on [0, 1]: polynomial densities and utilities, exact answers on the whole interval."""
