"""Copies of a model on a Ray cluster, behind the face of one."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from stance.errors import MissingExtraError
from stance.records import Article, ArticleStance
from stance.scoring.predictor import load, model_folder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from stance.model.folder import Manifest

BLOCK = 32


class RayScorer:
    """Scores articles with Ray Data: an actor a copy of the model, blocks of articles between.

    Blocks that are lost with a machine are scored again elsewhere by Ray; results come
    back in the order given, so the rows are those of one model in one process.
    """

    def __init__(self, model: str | None, device: str, workers: int) -> None:
        """Join the cluster that `RAY_ADDRESS` names, or start one on this machine.

        Args:
            model: A model folder that every machine can read; the shipped model if None.
            device: `cuda` gives each copy a GPU; `cpu` and `auto` give none.
            workers: Copies of the model.

        Raises:
            MissingExtraError: Ray is not installed.
            ModelError: The folder is no model.
        """
        try:
            import ray
            import ray.data
        except ImportError as error:
            raise MissingExtraError(error.name or "ray", "ray") from None
        self._folder = str(model_folder(model).resolve())
        self._device = device
        self._workers = workers
        self.manifest: Manifest = load(self._folder, "cpu").manifest
        self._mine = not ray.is_initialized()
        if self._mine:
            ray.init(log_to_driver=False, include_dashboard=False)

    def __enter__(self) -> Self:
        """Use it in a `with`."""
        return self

    def predict(self, texts: Sequence[Article], /) -> list[ArticleStance]:
        """Score articles that hold text; one result each, in the order given."""
        import ray.data

        rows = [{"number": i, "article": pickle.dumps(a)} for i, a in enumerate(texts)]
        scored = ray.data.from_items(rows, override_num_blocks=-(-len(rows) // BLOCK)).map_batches(
            _Copy,
            fn_constructor_args=(self._folder, self._device),
            batch_size=BLOCK,
            compute=ray.data.ActorPoolStrategy(size=self._workers),
            num_gpus=1 if self._device.startswith("cuda") else 0,
        )
        found = {row["number"]: row["result"] for row in scored.iter_rows()}
        # Ray's own blocks between this process and its actors, no file from outside.
        return [pickle.loads(found[i]) for i in range(len(rows))]  # noqa: S301

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the cluster, where this object joined it."""
        import ray

        if self._mine:
            ray.shutdown()


class _Copy:
    """One copy of the model, in an actor."""

    def __init__(self, folder: str, device: str) -> None:
        self._model = load(folder, device)

    def __call__(self, batch: dict[str, NDArray[np.generic]]) -> dict[str, list[Any]]:
        articles = [pickle.loads(row) for row in batch["article"]]  # noqa: S301
        results = self._model.predict(articles)
        return {
            "number": list(batch["number"]),
            "result": [pickle.dumps(result) for result in results],
        }
