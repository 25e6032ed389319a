"""The demonstration year: public facts of 2019-2021 and fictional people, brought in by the real services."""
