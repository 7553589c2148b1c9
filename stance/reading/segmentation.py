"""Cut a text into sentences with exact offsets.

A small layer over a maintained rule splitter, which sees one line at a time:
it joins what the splitter parts wrongly in news and parts what it leaves
together. Offsets count Unicode code points, and no character is lost: between
two sentences lies white space only.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from tokenizesentences import tokenize_spans

from stance.reading.kinds import kinds
from stance.reading.wrapping import blocks
from stance.records import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Splitter(Protocol):
    """A rule splitter for one line of text."""

    def __call__(self, text: str, /) -> Sequence[tuple[int, int]]:
        """Half-open sentence spans of a line that holds no line break.

        Args:
            text: One line, or one paragraph whose breaks were made spaces.

        Returns:
            Spans in code points, in order, that do not overlap and leave out
            white space only.
        """
        ...


_CLOSERS = "\"'”’)\\]»"
_ABBREVIATION = re.compile(
    # Titles before a name; capitals throughout where a transcript names its speakers.
    r"Mrs?|Ms|Dr|Prof|Rev|Gen|Gov|Sen|Rep|Capt|Col|Sgt|Messrs|MM|Mmes?|Mlle|Msgr|Drs|Profs|Revs|Sens"
    r"|Reps|Govs|Gens|Lts|Sgts|Cols|Amb|Supt|Insp|Cllr|Atty|Asst|Assoc|Dep|Sec|Treas|Spc|Pfc|Sra|Ald"
    r"|MRS?|MS|DR|PROF|REV|GEN|GOV|SEN|REP|CAPT|COL|SGT|LT|AMB"
    # States and provinces, as newspapers shorten them.
    r"|Ala|Ariz|Ark|Calif|Colo|Conn|Del|Fla|Ga|Ill|Ind|Kan|Ky|Md|Mich|Minn|Miss|Mont|Neb|Nev|Okla"
    r"|Ore|Pa|Penn|Tenn|Tex|Va|Vt|Wash|Wis|Wyo|Ont|Que|Sask"
    # Firms, institutions and places.
    r"|Cos|Pty|Pte|Bhd|Hosp|Inst|Sq|Mts|Pkwy|vs"
)
_OPENER = re.compile(
    r"[\"'“‘(\[]*(?:The|This|That|These|Those|There|He|She|It|They|We|You|His|Her|Its|Their|Our|My|"
    r"But|And|However|Then|Now|Later|Meanwhile|Instead|Also|When|What|Why|How|Who|Where|Which|If|"
    r"After|Before|While|Since|Although|Though|Because|In|On|At|By|For|From|With|As|Many|Some|"
    r"Several|All|Each|Another|Yes|No|So|An?)\b"
)
_RANK = re.compile(
    r"(?:Sen|Rep|Gov|Gen|Adm|Amb|Col|Capt|Maj|Lt|Sgt|Cmdr|Brig|Cpl|Pvt|Atty|Prof|Sens|Reps)\."
)
_SPEAKER = re.compile(
    r"(?!(?:He|She|They|I|We|It|You|Who|That|This|The|A|An|No|Nobody|But|And|So) )"
    r"(?:(?:[A-Z][\w’'.-]*+|of|the|de|van|von|bin|al) ){1,6}?"
    r"(?:said|says|asked|asks|told|wrote|writes|added|adds|tweeted|posted|replied|shouted|cried|"
    r"wondered|quipped|joked|exclaimed|demanded|declared|continued|explained|recalled|responded|"
    r"answered|insisted|yelled)\b"
)
_LAST_WORD = re.compile(r"(?<![\w.])([^\W\d_]+)\.[\"'”’)\]]?$")
_ACRONYM = re.compile(r"\b(?:[A-Z]\.){2,}$")
_CRY = re.compile(rf"[?!][{_CLOSERS}]*[\"'”’]$")
_SPACED_ELLIPSIS = re.compile(r"\s(?:\.\.\.|…)$")
# Footnote marks, marks of omission, faces, and the glyph that closes a magazine's article.
_TRAILER = re.compile(r"(?: ?\[(?:\d{1,3}|…|\.\.\.)\](?![\w.,;:])| [:;]-?[()DP](?!\w)| ?[■□▪∎])++")
# Ends that the splitter passes over. The mark comes first: that lets the search leap. What
# follows it lets a run of marks be tried from its start only, or dots would cost their square.
_CUT = re.compile(
    r"[.?!…。！？](?<![.?!…。！？]{2})[.?!…。！？]*+(?:(?<=[。！？])"
    # No space after the mark.
    rf"|(?<=[a-z][a-z\d)”’\"][.?!])(?=[{_CLOSERS}]*+(?:\[\d{{1,3}}\])*+[“‘]?"
    r"(?!(?:Com|Net|Org)\b)[A-Z][A-Za-z]*[ ,’'])"
    # Before a URL, the one sentence start in lower case.
    rf"|(?=[{_CLOSERS}]*+\s+(?:https?://|www\.))"
    # After "U.S." or "p.m.", openers that might be an initial or a name.
    r"|(?:(?<=[A-Z]\.[A-Z]\.)(?<!P\.S\.)|(?<=[ap]\.m\.))(?=\s(?:An?|As|So|I) [a-z])"
    rf"|(?<=[^\s.]…)(?=[{_CLOSERS}]*+\s+[“‘\"(]?[A-Z])"
    rf")[{_CLOSERS}」』）]*+"
)
_BREAK = re.compile(r"[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]")
_WINDOW = 40


def segment(text: str, *, splitter: Splitter = tokenize_spans) -> tuple[Sentence, ...]:
    """Cut a text into its sentences and say what each is on the page.

    Args:
        text: A whole article, or any text.
        splitter: The rule splitter underneath.

    Returns:
        Sentences in order. `text[s.start:s.end] == s.text` in code points; they
        do not overlap, and before, between and after them is only white space.
    """
    spans: list[tuple[int, int]] = []
    lines: list[int] = []
    for number, (start, end) in enumerate(blocks(text)):
        for a, b in _sentences(text[start:end], splitter):
            spans.append((start + a, start + b))
            lines.append(number)
    units = [text[a:b] for a, b in spans]
    return tuple(
        Sentence(unit, a, b, kind)
        for unit, (a, b), kind in zip(units, spans, kinds(units, lines), strict=True)
    )


def _sentences(line: str, splitter: Splitter) -> Iterator[tuple[int, int]]:
    """Sentence spans of one line, or of a paragraph broken over several."""
    flat = _BREAK.sub(" ", line)
    last = len(flat.rstrip())
    start = last - len(flat[:last].lstrip())
    ends = {_with_trailer(flat, end) for _, end in splitter(flat)}
    ends.update(match.end() for match in _CUT.finditer(flat) if not _in_address(flat, match))
    for end in sorted(ends):
        following = _skip_space(flat, end)
        left = flat[max(start, end - _WINDOW) : end]
        if end <= start or following >= last or _joined(left, flat, following):
            continue
        yield start, end
        start = following
    if start < last:
        yield start, last


def _with_trailer(line: str, end: int) -> int:
    """The end, past what clings to it, such as the footnote mark `[5]`."""
    match = _TRAILER.match(line, end)
    return match.end() if match else end


def _in_address(line: str, match: re.Match[str]) -> bool:
    """Whether a mark stands inside a URL or an e-mail address."""
    if line[match.end() : match.end() + 1].isspace():
        return False
    before = line[max(0, match.start() - _WINDOW) : match.start()].rpartition(" ")[2]
    after = line[match.end() : match.end() + _WINDOW].partition(" ")[0]
    return any(mark in before for mark in ("@", "/", "www.")) or "@" in after


def _skip_space(line: str, index: int) -> int:
    """First index from `index` on that holds no white space, or the length."""
    while index < len(line) and line[index].isspace():
        index += 1
    return index


def _joined(left: str, line: str, following: int) -> bool:
    """Whether no sentence ends between `left` and what follows in the line."""
    if left.endswith(("?", "!", *"\"'”’")) and _CRY.search(left):
        return _SPEAKER.match(line, following) is not None
    if _SPACED_ELLIPSIS.search(left):
        return True
    word = _LAST_WORD.search(left)
    if word and _ABBREVIATION.fullmatch(word[1]):
        return not _OPENER.match(line, following)
    return bool(_ACRONYM.search(left) and _RANK.match(line, following))
