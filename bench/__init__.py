"""Measures the portal beside what a bare program does on the same machine: `python -m bench`, or `make bench`."""
