"""The mail room: an outbox of rows; a letter is committed with the fact that it tells."""
