"""Sentence by sentence, how news talks about China as a peacemaker.

```python
import stance

result = stance.predict("China's envoy met both sides. Kyiv called Beijing's plan empty.")
result.counts
```
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stance.errors import StanceError
    from stance.reading.documents import read
    from stance.records import Article, ArticleStance, Kind, Label, Sentence, SentenceStance
    from stance.scoring.job import score
    from stance.scoring.ledger.ledger import Ledger
    from stance.scoring.predictor import Model, load, predict

__version__ = "0.1.0"

__all__ = [
    "Article",
    "ArticleStance",
    "Kind",
    "Label",
    "Ledger",
    "Model",
    "Sentence",
    "SentenceStance",
    "StanceError",
    "load",
    "predict",
    "read",
    "score",
]

_HOMES = {
    "Article": "stance.records",
    "ArticleStance": "stance.records",
    "Kind": "stance.records",
    "Label": "stance.records",
    "Ledger": "stance.scoring.ledger.ledger",
    "Model": "stance.scoring.predictor",
    "Sentence": "stance.records",
    "SentenceStance": "stance.records",
    "StanceError": "stance.errors",
    "load": "stance.scoring.predictor",
    "predict": "stance.scoring.predictor",
    "read": "stance.reading.documents",
    "score": "stance.scoring.job",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401
    """Import a public name when it is first asked for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'stance' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names."""
    return sorted([*__all__, "__version__"])
