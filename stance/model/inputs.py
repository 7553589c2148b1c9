"""The one input builder: a sentence, paired with what a reader has just read.

Training and scoring both build their inputs here, so a model never sees at
scoring what it did not see at training. The pair is plain text, so anyone can
give the same pair to `transformers.pipeline` as `text` and `text_pair`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tokenizers import Encoding, Tokenizer

from stance.errors import ModelError
from stance.records import FURNITURE, Kind, Sentence

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True, slots=True)
class InputFormat:
    """How inputs are made; written into the model folder and read from there.

    Attributes:
        version: Version of this builder.
        context_sentences: How many sentences before the unit go into its context.
        max_tokens: Longest pair, in tokens, special tokens included.
        window_tokens: Longest piece of a sentence scored at once; a longer
            sentence is scored over windows that overlap by half.
    """

    version: int = 1
    context_sentences: int = 3
    max_tokens: int = 224
    window_tokens: int = 160

    def to_dict(self) -> dict[str, Any]:
        """The format as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ModelInput:
    """One pair for the model.

    Attributes:
        unit: Index of the unit that the pair belongs to.
        sentence: The unit's text, or one window of it.
        context: Headline and preceding sentences, or an empty string.
    """

    unit: int
    sentence: str
    context: str


class InputBuilder:
    """Makes pairs from sentences, and token ids from pairs."""

    def __init__(self, tokenizer: Tokenizer, form: InputFormat) -> None:
        """Wrap a tokenizer.

        Args:
            tokenizer: The model's tokenizer; it stays as it is.
            form: The input format.
        """
        self.form = form
        # Two, because truncation is a state of a tokenizer, and threads share a builder.
        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._cutting = Tokenizer.from_str(tokenizer.to_str())
        self._cutting.no_padding()
        self._cutting.enable_truncation(form.max_tokens, strategy="longest_first")

    @classmethod
    def from_tokenizer(cls, tokenizer: PreTrainedTokenizerBase, form: InputFormat) -> InputBuilder:
        """Take the fast tokenizer out of a `transformers` one."""
        return cls(tokenizer.backend_tokenizer, form)

    @classmethod
    def from_folder(cls, folder: Path, form: InputFormat) -> InputBuilder:
        """Load `tokenizer.json` from a model folder.

        Raises:
            ModelError: The file is missing or no tokenizer.
        """
        path = folder / "tokenizer.json"
        try:
            return cls(Tokenizer.from_file(str(path)), form)
        except Exception as error:  # noqa: BLE001 - tokenizers raises bare Exception
            raise ModelError(f"{path}: {error}: expected a tokenizers file") from None

    def build(
        self, sentences: Sequence[Sentence], headline: str | None = None
    ) -> Iterator[ModelInput]:
        """Pair every sentence with its context, in order.

        The context is the headline, then up to `context_sentences` sentences
        before the unit, page furniture left out. Where the pair would be too
        long, the farthest sentences stay out.

        Args:
            sentences: All units of one article, in order.
            headline: The headline, where it stands apart from the text;
                otherwise a unit of kind `headline` before the body is taken.

        Yields:
            One pair a unit; more where a sentence is longer than a window.
        """
        texts = [_flat(s.text) for s in sentences]
        if headline is None:
            headline = own_headline(sentences)
        whole_head = _flat(headline or "")
        head = self._clip(whole_head)
        encodings = self._tokenizer.encode_batch([*texts, head], add_special_tokens=False)
        lengths = [len(e.ids) for e in encodings]
        read: list[int] = []
        for i, (sentence, text) in enumerate(zip(sentences, texts, strict=True)):
            for window in self._windows(text, encodings[i]):
                room = self.form.max_tokens - 4 - min(lengths[i], self.form.window_tokens)
                context = self._context(
                    read, texts, lengths, (head if text != whole_head else ""), room
                )
                yield ModelInput(i, window, context)
            if sentence.kind not in FURNITURE and text != whole_head:
                read.append(i)

    def encode(self, inputs: Sequence[ModelInput]) -> list[Encoding]:
        """Token ids of pairs, special tokens included, without padding.

        Args:
            inputs: Pairs from `build`.

        Returns:
            One encoding a pair, at most `max_tokens` long.
        """
        return list(
            self._cutting.encode_batch(
                [(p.sentence, p.context) if p.context else p.sentence for p in inputs]
            )
        )

    def _context(
        self, read: list[int], texts: list[str], lengths: list[int], head: str, room: int
    ) -> str:
        parts: list[str] = []
        room -= lengths[-1] if head else 0
        for j in reversed(read[max(0, len(read) - self.form.context_sentences) :]):
            if lengths[j] > room:
                break
            room -= lengths[j]
            parts.append(texts[j])
        return " ".join([head, *reversed(parts)] if head else reversed(parts))

    def _windows(self, text: str, encoding: Encoding) -> Iterator[str]:
        size, offsets = self.form.window_tokens, encoding.offsets
        if len(offsets) <= size:
            yield text
            return
        for first in range(0, len(offsets) - size // 2, size // 2):
            last = min(first + size, len(offsets)) - 1
            yield text[offsets[first][0] : offsets[last][1]]

    def _clip(self, headline: str) -> str:
        """Keep a headline's first words, where one is longer than a quarter of the room."""
        offsets = self._tokenizer.encode(headline, add_special_tokens=False).offsets
        limit = self.form.max_tokens // 4
        return headline if len(offsets) <= limit else headline[: offsets[limit - 1][1]]


def own_headline(sentences: Sequence[Sentence]) -> str | None:
    """The headline that stands in the text, if one does: before any body text."""
    for sentence in sentences:
        if sentence.kind is Kind.HEADLINE:
            return sentence.text
        if sentence.kind is Kind.BODY:
            return None
    return None


def _flat(text: str) -> str:
    """Fold line breaks and runs of white space, which mean nothing to the model."""
    return " ".join(text.split())
