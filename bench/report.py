"""Writes the figures of a run down."""
from pathlib import Path
BOOK = Path("docs/benchmarks.md")
def write(*a, **k): pass
