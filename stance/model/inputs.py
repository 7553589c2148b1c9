"""The one input builder: passages of sentences, as a reader meets them on the page.

Training and scoring both build their inputs here, so a model never sees at
scoring what it did not see at training. A passage is the tokenizer's own encoding
of each of its sentences, one after another; a passage of one sentence is what
`transformers.pipeline` makes of that sentence. Scoring all sentences of a passage
in one pass follows Cohan et al., "Pretrained language models for sequential
sentence classification" (EMNLP 2019).
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
        max_tokens: Longest passage, in tokens, special tokens included.
        before_tokens: How many tokens of what was read before it a passage takes
            along: the headline, whole, and as many sentences as still fit; fewer
            where shorter passages are asked for.
        window_tokens: Longest piece of a sentence scored at once; a longer
            sentence is scored over windows that overlap by half, and a longer
            headline is cut.
    """

    version: int = 2
    max_tokens: int = 320
    before_tokens: int = 128
    window_tokens: int = 128

    def to_dict(self) -> dict[str, Any]:
        """The format as plain values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Passage:
    """Sentences that the model reads in one pass.

    Attributes:
        ids: Token ids, special tokens of every sentence included.
        sentence: For every token, the number of its sentence in the passage, from 1.
        marks: Where each scored sentence begins among the tokens, in order.
        units: The unit that each mark belongs to; several marks of one unit
            where it is scored over windows.
    """

    ids: tuple[int, ...]
    sentence: tuple[int, ...]
    marks: tuple[int, ...]
    units: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Window:
    ids: list[int]
    unit: int


class InputBuilder:
    """Makes passages from the sentences of an article."""

    def __init__(self, tokenizer: Tokenizer, form: InputFormat) -> None:
        """Wrap a tokenizer.

        Args:
            tokenizer: The model's tokenizer; it stays as it is.
            form: The input format.
        """
        self.form = form
        self._tokenizer = Tokenizer.from_str(tokenizer.to_str())
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()

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
        self,
        sentences: Sequence[Sentence],
        headline: str | None = None,
        max_tokens: int | None = None,
    ) -> Iterator[Passage]:
        """Lay an article out in passages, so that every sentence has its context.

        Page furniture stays out. The headline stands first in every passage. A
        passage that goes on in mid-article repeats the last sentences before it,
        and one that stops in mid-article looks one sentence ahead.

        Args:
            sentences: All units of one article, in order.
            headline: The headline, where it stands apart from the text;
                otherwise a unit of kind `headline` before the body is taken.
            max_tokens: Longest passage, where shorter ones are wanted than the
                format's; one holds at least a sentence.

        Yields:
            Passages in order; together they mark every unit but furniture, once
            for each of its windows.
        """
        windows = self._windows(sentences)
        head = self._head(headline) or self._head(own_headline(sentences))
        size = min(max_tokens or self.form.max_tokens, self.form.max_tokens)
        first = 0
        while first < len(windows):
            before = self._before(head, windows, first, size)
            room = size - sum(len(p.ids) for p in before)
            last = first
            while last < len(windows) and (last == first or len(windows[last].ids) <= room):
                room -= len(windows[last].ids)
                last += 1
            # The last sentence of a full passage is its look ahead: the next one scores it.
            stop = last - 1 if last < len(windows) and last - first > 1 else last
            yield _passage([*before, *windows[first:last]], len(before), len(before) + stop - first)
            first = stop

    def _windows(self, sentences: Sequence[Sentence]) -> list[_Window]:
        kept = [i for i, s in enumerate(sentences) if s.kind not in FURNITURE]
        texts = [_flat(sentences[i].text) for i in kept]
        found = zip(kept, texts, self._tokenizer.encode_batch(texts), strict=True)
        return [_Window(ids, i) for i, text, whole in found for ids in self._cut(text, whole)]

    def _cut(self, text: str, whole: Encoding) -> Iterator[list[int]]:
        size = self.form.window_tokens
        if len(whole.ids) <= size:
            yield whole.ids
            return
        bare = self._tokenizer.encode(text, add_special_tokens=False).offsets
        size -= len(whole.ids) - len(bare)
        for first in range(0, len(bare) - size // 2, size // 2):
            last = min(first + size, len(bare)) - 1
            # Cut out of a text, a window can make a token or two more than it was.
            yield self._tokenizer.encode(text[bare[first][0] : bare[last][1]]).ids

    def _head(self, headline: str | None) -> _Window | None:
        """The headline as context, its first words where it is long."""
        if not headline or not (text := _flat(headline)):
            return None
        return _Window(next(self._cut(text, self._tokenizer.encode(text))), -1)

    def _before(
        self, head: _Window | None, windows: list[_Window], first: int, size: int
    ) -> list[_Window]:
        """What a passage takes along: the headline, and the last sentences before it."""
        if head and first == 0 and windows[0].ids == head.ids:
            return []
        kept = [head] if head else []
        share = self.form.before_tokens * size // self.form.max_tokens
        room = share - sum(len(p.ids) for p in kept)
        start = first
        while start > 0 and len(windows[start - 1].ids) <= room:
            if head and windows[start - 1].ids == head.ids:
                break
            start -= 1
            room -= len(windows[start].ids)
        return [*kept, *windows[start:first]]


def own_headline(sentences: Sequence[Sentence]) -> str | None:
    """The headline that stands in the text, if one does: before any body text."""
    for sentence in sentences:
        if sentence.kind is Kind.HEADLINE:
            return sentence.text
        if sentence.kind is Kind.BODY:
            return None
    return None


def _passage(windows: Sequence[_Window], first: int, last: int) -> Passage:
    """Join windows; those in `[first, last)` are marked."""
    ids: list[int] = []
    sentence: list[int] = []
    starts = []
    for number, piece in enumerate(windows, 1):
        starts.append(len(ids))
        ids += piece.ids
        sentence += [number] * len(piece.ids)
    marked = range(first, last)
    return Passage(
        tuple(ids),
        tuple(sentence),
        tuple(starts[i] for i in marked),
        tuple(windows[i].unit for i in marked),
    )


def _flat(text: str) -> str:
    """Fold line breaks and runs of white space, which mean nothing to the model."""
    return " ".join(text.split())
