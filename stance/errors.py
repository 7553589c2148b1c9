"""What can go wrong, as one tree.

```
StanceError (Exception)
├── InputError (ValueError)          text, files and tables that cannot be read
│   ├── EmptyTextError               nothing to score
│   ├── EncodingError                bytes that are not UTF-8 text
│   └── FetchError                   an address that is refused or gives nothing usable
├── CorpusError (ValueError)         annotated data that breaks a rule
├── ModelError (ValueError)          a folder that is no model, or an altered one
├── StoreError (OSError)             a ledger or an output that cannot be written
├── DeviceError (ValueError)         a device that is unknown or absent
└── MissingExtraError (ImportError)  an optional part that is not installed
```

Every message says what came, what was expected and how to mend it, in one line.
"""


class StanceError(Exception):
    """Root of every error that this package raises on purpose."""


class InputError(StanceError, ValueError):
    """A text, file or table cannot be read as news."""


class EmptyTextError(InputError):
    """There is nothing to score in what was given."""


class EncodingError(InputError):
    """The bytes given are not UTF-8 text."""


class FetchError(InputError):
    """An address is refused, or what it gives cannot be used."""


class CorpusError(StanceError, ValueError):
    """Annotated data breaks a rule of the corpus."""


class ModelError(StanceError, ValueError):
    """A model folder is missing, incomplete or altered."""


class StoreError(StanceError, OSError):
    """A ledger or an output cannot be opened or written."""


class DeviceError(StanceError, ValueError):
    """A device is unknown or not present on this machine."""


class MissingExtraError(StanceError, ImportError):
    """An optional part of the package is needed but not installed."""

    def __init__(self, module: str, extra: str) -> None:
        """Name the missing module and the extra that brings it.

        Args:
            module: The module that could not be imported.
            extra: The extra of this distribution that installs it.
        """
        super().__init__(
            f"{module} is not installed, and this needs it: pip install 'stance-news[{extra}]'"
        )
