"""The engine: everything with state or I/O, and the order of the steps."""

__version__ = "0.1.0"
