"""The roof and the ground of the house: what knows no customs word."""
