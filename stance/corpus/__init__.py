"""The annotated set: its schema, checks, agreement, splits and stand-off labels."""
