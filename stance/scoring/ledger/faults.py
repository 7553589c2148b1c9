"""What a database complains of, as a `StoreError` that says how to mend it."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from stance.errors import StoreError

_REMEDIES = (
    ("database is locked", "another process is writing for long: wait for it to end"),
    ("lock timeout", "another process is writing for long: wait for it to end"),
    ("disk is full", "free some space and run again; what was kept stays"),
    ("no space left", "free some space and run again; what was kept stays"),
    ("disk i/o error", "check the disk and its free space, and run again; what was kept stays"),
    ("unable to open database file", "check that its folder is there and may be written"),
    ("readonly database", "it may only be read: change its permissions, or copy it"),
    ("permission denied", "ask for the right to create tables there and to write in them"),
    ("not a database", "give the path of a ledger, or a new one"),
    ("malformed", "it is damaged: restore a copy, or give a new path"),
    ("authentication failed", "check the user and the password in the URL"),
    ("no password supplied", "give the password in the URL or in PGPASSWORD"),
    ("already exists", "this database has tables of the same name: give one of its own"),
    ("does not exist", "create it first, or check the name in the URL"),
    ("no such table", "it is not a whole ledger: give another path"),
    ("connect", "check that the server runs, and the host and port in the URL"),
)
_UNKNOWN = "if it comes again, check the database itself"


def store_error(error: SQLAlchemyError, name: str) -> StoreError:
    """One line for what went wrong: the database, its complaint, the remedy.

    Args:
        error: What SQLAlchemy raised.
        name: The database as the user may read it, without its password.
    """
    cause = error.orig if isinstance(error, DBAPIError) else error
    complaint = " ".join(str(cause).split()) or type(cause).__name__
    found = (remedy for sign, remedy in _REMEDIES if sign in complaint.lower())
    return StoreError(f"ledger {name}: {complaint.rstrip('.')}: {next(found, _UNKNOWN)}")
