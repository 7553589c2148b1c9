from __future__ import annotations

import inspect

import pytest

from stance import errors

TREE = [c for _, c in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("error", TREE)
def test_every_error_is_in_the_tree_and_in_the_drawing(error: type[Exception]) -> None:
    assert issubclass(error, errors.StanceError)
    assert error.__name__ in (errors.__doc__ or "")


@pytest.mark.parametrize("error", [e for e in TREE if e is not errors.StanceError])
def test_every_error_is_a_builtin_too(error: type[Exception]) -> None:
    assert issubclass(error, ValueError | ImportError | OSError)


def test_missing_extra_says_what_mends_it() -> None:
    message = str(errors.MissingExtraError("torch", "gpu"))
    assert message == "torch is not installed, and this needs it: pip install 'stance-news[gpu]'"
