"""The roof and the ground of the house: what knows no customs word."""

from portal.celery import app as celery_app  # so that every process rings the bell of the same broker

__all__ = ["celery_app"]
