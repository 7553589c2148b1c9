"""Errors as one line on standard error, without a traceback."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

from stance.errors import MissingExtraError, StanceError

P = ParamSpec("P")
T = TypeVar("T")
NOTHING_DONE = 2
STOPPED = 130


def one_line_errors(command: Callable[P, T]) -> Callable[P, T]:
    """Print a `StanceError` as one line, without a traceback, and exit with 2.

    Ctrl-C ends with 130, as shells have it, since 1 says that all was done but for a part.
    """

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        status = NOTHING_DONE
        try:
            return command(*args, **kwargs)
        except StanceError as error:
            message = str(error)
        except ModuleNotFoundError as error:
            # Only what is no part of a plain install can be missing here.
            message = str(MissingExtraError(error.name or "a library", "train"))
        except BrokenPipeError:
            # A reader such as `head` has had enough, which click knows how to end.
            raise
        except OSError as error:
            message = f"{error}: check the path or the name"
        except KeyboardInterrupt:
            message, status = "stopped", STOPPED
        click.echo(f"stance: {' '.join(message.split())}", err=True)
        raise SystemExit(status)

    return wrapped
