"""Administrations, organisations, people and their dated roles."""
