"""What each unit is on the page, told by layout and wording.

Every rule is one that web news in general follows. A rule must be sure: a
sentence taken for page furniture is lost to the article's figures, so what no
rule claims is body.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from stance.records import Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

# Most code points of a name, a label or head, a title, a sentence of furniture, a caption.
_NAME, _SHORT, _TITLE, _FURNITURE, _CAPTION = 40, 110, 220, 400, 900
_FEWEST_LINKS = 3

_ENDED = re.compile(r"""[.!?…:;,。！？—–-]["'”’)\]»]*$""")
_STOPPED = re.compile(r"""[.…。]["'”’)\]»]*$""")
_ACRONYM = re.compile(r"\b(?:[A-Z]\.){2,}$")
_BULLET = re.compile(r"[-–—•*·▪●]\s")
_SPEECH = re.compile(r"\b(?:said|says|told|added|asked|according)\b|[\"“”]")

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_DATE = (
    r"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\.?,? )?"
    rf"(?:{_MONTH} \d\d?(?:st|nd|rd|th)?,? \d{{4}}|\d\d?(?:st|nd|rd|th)? {_MONTH},? \d{{4}}"
    r"|\d{4}-\d\d-\d\d|\d\d?/\d\d?/\d{2,4})"
)
_CLOCK = (
    r"(?:\d{1,2}[:.]\d\d(?::\d\d)?|\d{1,2}(?= ?[ap]\.?m))(?: ?[ap]\.?m\.?)?"
    r"(?: ?\(?(?:GMT|UTC|BST|CES?T|[ECMP][SD]?T|AE[SD]?T|IST|SGT|HKT)\)?)?"
)
_STAMP = re.compile(
    rf"(?i)(?:(?:first |last )?(?:published|updated|posted|modified)(?: on| at)?:? |on |at )?"
    rf"(?:{_CLOCK}|{_DATE}|\d{{1,2}} ?(?:s|m|h|d|mins?|minutes?|hrs?|hours?|days?) ago)"
    rf"(?:[ ,|·•—–-]+(?:{_CLOCK}|{_DATE}|updated|edited|at|on|\d+ min(?:ute)? read))*"
    rf"(?: ?[|·•] ?[\w &/]{{1,40}})?\.?",
)
# Labels and buttons, where the line is nothing else.
_LABEL = re.compile(
    r"(?i)(?:summary|key points|highlights|at a glance|breaking news|live|advertisements?"
    r"|sponsored(?: content)?|promoted|(?:ad|story|article) continues below.*|scroll to continue.*"
    r"|share(?: (?:this(?: (?:article|story|post|page))?|on|via|full article).*)?|save(?: article)?"
    r"|(?:copy|gift) (?:this )?(?:link|article)|link copied|print|e-?mail|facebook|twitter|whatsapp"
    r"|linkedin|reddit|telegram|comments?|\d+ comments|(?:leave|post|add) a (?:comment|reply)"
    r"|(?:view|read|show|load) (?:all|more|less|full|the|next|on)\b.{0,40}|continue reading.*|more"
    r"|listen(?: (?:to (?:this )?(?:article|story)|now))?(?: ?[(·•|-]? ?\d+ ?min(?:ute)?s?\)?)?"
    r"|(?:watch|play)(?: (?:now|video|live))?|\d+ ?min(?:ute)?s?(?: read)?|loading|menu|home|search"
    r"|(?:log|sign) ?in|log ?out|register|subscribe(?: now)?|skip to .{1,40}|close|next|previous"
    r"|accessibility(?: links| help)?|image(?: source| caption)?|\W*\d+ ?[x×] ?\d+ image|caption"
    r"|back to top|follow us|contact us|privacy policy|terms of (?:use|service)|</?[a-z].*)?\W*",
)
# Words that open a list of tags.
_TAGS = re.compile(
    r"(?i)(?:topics?|tags?|issues?|filed under|keywords?|categor(?:y|ies)|sections?|regions?"
    r"|read more (?:about|on)|more on(?: this story)?|explore more)\b[^.:]{0,20}:"
    r"|(?:topics?|tags|issues|related topics|filed under|explore more)$",
)
# Headings of a list of other stories.
_LINKS = re.compile(
    r"(?i)(?:(?:related|recommended|suggested|popular|trending|other|latest|top|further|editor.?s.?)"
    r" (?:article|stories|news|reading|post|link|content|coverage|topic|pick|choice|video)s?"
    r"(?: (?:from|in|on|by|this|for) .{1,40})?|related|recommended(?: for you)?|trending(?: now)?"
    r"|most (?:read|viewed|popular|shared|commented)(?: .{1,30})?|(?:read|see|up) (?:next|also)"
    r"|more (?:from|in|on|stories|news|articles|like this)(?: .{1,40})?|what to read next"
    r"|(?:(?:articles?|stories|posts?) )?you (?:may|might)(?: also)? (?:like|be interested in).*)"
    r"[:\s]*",
)
_LIVE = re.compile(
    r"(?i)(?:[-–—|:] (?:live|latest)\b.{0,20}|\b(?:live|latest) (?:news )?(?:updates?|blog)"
    r"|\bat a glance|\bexplained in \d+ seconds|\bwhat we know.{0,40}|\ba complete guide.{0,40})$",
)
_ABOUT = re.compile(r"(?i)about (?:the|this|our) (newsletter|podcast|series|authors?|writers?)\W*")
# The publisher speaking to the reader, told by how the sentence opens ...
_LETTERS = r"(?:newsletters?|e-?mails?|inbox|briefings?|alerts?|dispatch|podcast|channel)"
_APPEAL_OPENING = re.compile(
    r"(?i)(?:to |please |for (?:more|all)\b.{0,80}[, ])?(?:subscribe|sign up|register|donate)"
    r"(?=\W*$|:| (?:here|now|today|free|for (?:our|the|free)|to (?:our|the (?:newsletter|daily"
    r"|weekly|free)|receive|get)|at \S+\.)\b)"
    rf"|(?:get|download|join|try|visit|support) (?:our|(?-i:us))\b.{{0,80}}\b(?:{_LETTERS}|app"
    r"|website|page|group|journalism)\b|follow our\b.{0,60}\b(?:blog|coverage|page|channel|updates)"
    r"|follow .{1,60} on (?:x|twitter|facebook|instagram|linkedin|youtube|tiktok|telegram|whatsapp"
    r"|threads|bluesky)\b|(?:you can |please )?(?:write to|contact|reach|e-?mail) .{1,120} at"
    r"(?: \S+@\S+|$)|(?:e-?mail|tel|phone|contact)s?:|\S+@\S+\.\w+$|@\w+$|https?://\S+$|\(source: "
    r"|this (?:article|story|column|essay|piece|post)\b.{0,40}\b(?:originally|first|republished"
    r"|updated|syndicated|translated|auto-generated|downloaded)\b|.{0,80}\bclick here\b.{0,60}$"
    r"|for (?:more|all)\b.{0,80}\b(?:visit (?:our|us\b|www|http|\S+\.\w)|follow us|subscribe"
    r"|download)|the views expressed\b.{0,60}\b(?:are|is) (?:those of|that of|not|the author)"
    r"|(?:do you )?have a tip\b|(?:read|see|watch|listen)(?: more| also|:)\b.{0,120}$"
    r"|continue reading\b",
)
# ... or by words anywhere in it; the cues are a cheap first look.
_APPEAL_CUES = ("ubscribe", "up for", "up to", "©", "opyright", "s reserved", "first on", "Trust P")
_APPEAL = re.compile(
    rf"(?i)\bsubscribe (?:here|to (?:our|the|this)\b.{{0,60}}\b{_LETTERS})\b|all rights reserved"
    rf"|\bsign(?:ing)? up (?:for|to)\b.{{0,80}}\b{_LETTERS}\b|©|\bcopyright \(?(?:c|\d{{4}})\b"
    r"|\bappeared first on\b|\bThomson Reuters Trust Principles\b",
)
_AGENCY = (
    r"(?:Reuters|(?:Associated|Canadian|Zuma) Press|AP(?: Photo)?|AFP|Agence France-Presse|EFE"
    r"|EPA(?:-EFE)?|Getty(?: ?Images)?|Bloomberg|PA(?: Wire| Media)?|Shutterstock|Alamy|Xinhua|TASS"
    r"|Sputnik|Kyodo(?: News)?|Yonhap|Anadolu(?: Agency)?|DPA|UPI|NurPhoto|Rex|iStock|Unsplash|Pool"
    r"|Handout|Supplied|Screenshot|(?:New York|Epoch) Times|Washington Post|Magnum Photos"
    r"|Wikimedia(?: Commons)?)"
)
_NAMED = r"[A-Z][\w’'.-]+(?: [A-Z][\w’'.-]*){0,4}"
_PERSON = r"[A-Z][\w’'.-]+(?: [A-Z][\w’'.-]*){1,4}"
_PEOPLE = rf"{_PERSON}(?:(?:,? and |, | & ){_PERSON})*"
_LABELLED = (
    r"(?:file )?(?:photo(?:graph)?|image|picture|illustration|credit)s?(?: credit| courtesy)?"
)
_CREDIT_TAIL = re.compile(
    rf"[(\[](?:(?i:{_LABELLED}(?: by| of|:) .{{2,80}}|(?:file|stock|handout|pool) (?:photo|image))"
    rf"|{_NAMED} ?//? ?[A-Z][\w .,’'/-]{{1,60}}"
    rf"|(?!Source)(?:[^()]{{0,60}}[ /,:])?{_AGENCY}(?:[ /,][^()]{{0,60}})?)[)\]]\.?$"
)
_CREDIT_LINE = re.compile(
    rf"(?:(?i:{_LABELLED}(?: by|:)) ?.{{2,100}}|{_AGENCY}(?: ?[/|] ?.{{1,40}})?"
    rf"|{_NAMED} ?(?:/|\||via|,) ?(?:[\w ]{{1,30}}/)?(?:The )?{_AGENCY}(?:[ /,].{{0,40}})?)\.?"
)
_BYLINE = re.compile(
    rf"(?:(?:[A-Z][a-z]+ )?[Bb][Yy]:? (?:{_PEOPLE}|(?:the )?{_AGENCY})"
    rf"(?:(?:,| in| at| for| \|| [-–—]) .{{1,60}})?"
    rf"|{_PEOPLE}(?:,| \|| [-–—]) (?:[\w’' -]{{1,40}} )?(?:correspondent|reporter|editor|columnist"
    r"|staff writer|contributor|producer)s?(?: in [A-Z][\w ]+)?)"
)
_REPORTING = re.compile(
    r"(?i)[(\[]?(?:(?:with )?(?:additional )?reporting|writing|editing|compiled|written)"
    r" (?:by|from) .{3,200}[)\]]?\.?"
    r"|.{3,120} contributed (?:to (?:this|the) (?:report|story|article)|reporting)\.?",
)
_BIO = re.compile(
    rf"(?:(?:Dr|Prof|Mr|Ms|Mrs)\.? )?{_NAMED} (?:is|was|has been|serves as|works as)\b.{{0,80}}?\b"
    r"(?:fellow|analyst|professor|lecturer|scholar|researcher|correspondent|reporter|editor|columnist"
    r"|journalist|writer|author|contributor|director|commentator|bureau chief)\b"
)
_HOUSE = re.compile(
    r"(?:The )?[A-Z][\w’'./ -]{1,60} is an? .{0,80}\b(?:organi[sz]ation|institut(?:e|ion)|newspaper"
    r"|think[ -]tank|magazine|news agency|publication|outlet|nonprofit|newsroom)\b"
)


@dataclass(slots=True)
class _Line:
    """One line of the page, and its kind once a rule claims it."""

    text: str
    units: int
    kind: Kind | None = None

    @property
    def ended(self) -> bool:
        """Whether a mark closes it."""
        return bool(_ENDED.search(self.text[-8:]))

    @property
    def listed(self) -> bool:
        """Whether it is one short unit without a full stop, as in a list of titles."""
        short = self.units == 1 and len(self.text) <= _TITLE
        return short and not (_STOPPED.search(self.text[-8:]) or _BULLET.match(self.text))

    @property
    def bare(self) -> bool:
        """Whether it is such a unit without any closing mark, as heads and links are."""
        return self.listed and not self.ended

    @property
    def prose(self) -> bool:
        """Whether it reads as running text that no rule has claimed."""
        return self.kind is None and self.ended


def kinds(units: Sequence[str], lines: Sequence[int]) -> list[Kind]:
    """Say what each unit of one page is.

    Args:
        units: The page's sentences in order.
        lines: For each unit a number that it shares with the other units of
            its line and not with those of the lines beside it.

    Returns:
        One kind a unit.
    """
    groups = groupby(zip(units, lines, strict=True), key=lambda pair: pair[1])
    grouped = [[unit.replace("\xa0", " ") for unit, _ in group] for _, group in groups]
    page = [_Line(" ".join(group), len(group)) for group in grouped]
    for line in page:
        line.kind = _by_wording(line)
    if page and (page[0].kind is Kind.CAPTION or _is_appeal(page[0].text)):
        page[0].kind = None
    _captions(page)
    _lists(page)
    _about(page)
    _lives(page)
    _closing_links(page)
    _headlines(page)
    pairs = zip(page, grouped, strict=True)
    return [_of_unit(unit, line) for line, group in pairs for unit in group]


def _of_unit(unit: str, line: _Line) -> Kind:
    """The unit's kind: its line's, save where the publisher speaks in running text."""
    if line.kind is None:
        return Kind.BOILERPLATE if _is_appeal(unit) else Kind.BODY
    if line.kind is Kind.BYLINE and (_is_appeal(unit) or _HOUSE.match(unit)):
        return Kind.BOILERPLATE
    return line.kind


def _is_appeal(text: str) -> bool:
    """Whether the publisher speaks to the reader, and nobody is quoted."""
    if len(text) > _FURNITURE:
        return False
    cued = any(cue in text for cue in _APPEAL_CUES) and _APPEAL.search(text)
    return bool(cued or _APPEAL_OPENING.match(text)) and not _SPEECH.search(text)


def _by_wording(line: _Line) -> Kind | None:
    """The kind that a line's own wording settles, whatever stands around it."""
    text = line.text
    found: Kind | None = None
    if text.endswith((")", "]", ").", "].")) and len(text) <= _CAPTION:
        found = Kind.CAPTION if _CREDIT_TAIL.search(text[-160:]) else None
    if found or len(text) > _FURNITURE:
        return found
    tags = _TAGS.match(text) and not _STOPPED.search(text)
    if tags or (line.units == 1 and _is_appeal(text)):
        return Kind.BOILERPLATE
    if _REPORTING.fullmatch(text):
        return Kind.BYLINE
    return _by_label(text) if len(text) <= _SHORT else None


def _by_label(text: str) -> Kind | None:
    """The kind of a short line that is wholly a label, a stamp, a name or a credit."""
    if any(rule.fullmatch(text) for rule in (_LABEL, _STAMP, _LINKS)):
        return Kind.BOILERPLATE
    if _BYLINE.fullmatch(text):
        return Kind.BYLINE
    if text.startswith(("# ", "## ", "### ", "#### ")):
        return Kind.HEADLINE
    return Kind.CAPTION if _CREDIT_LINE.fullmatch(text) else None


def _captions(page: Sequence[_Line]) -> None:
    """Claim captions by the credit on the line below, or by their being there twice.

    A sentence twice in a row is a picture's alternative text and its caption.
    """
    for above, line in pairwise(page[1:]):
        if not above.prose or len(above.text) > _FURNITURE:
            continue
        credited = line.kind is Kind.CAPTION and _CREDIT_LINE.fullmatch(line.text)
        if credited and not _SPEECH.search(above.text):
            above.kind = Kind.CAPTION
        elif above.text == line.text and len(line.text) > _NAME:
            above.kind = line.kind = Kind.CAPTION


def _lists(page: Sequence[_Line]) -> None:
    """Claim what hangs on a label: tags, and the titles of other stories."""
    opened: re.Pattern[str] | None = None
    for index, line in enumerate(page):
        if line.kind is Kind.BOILERPLATE:
            found = (rule for rule in (_LINKS, _TAGS) if rule.fullmatch(line.text))
            opened = next(found, opened)
        elif line.kind is None and line.bare and (opened or (index and _LIVE.search(line.text))):
            line.kind = Kind.BOILERPLATE
            opened = None if opened is _TAGS else opened
        else:
            opened = None


def _about(page: Sequence[_Line]) -> None:
    """Claim what stands under "About the author" and its like, late in the page."""
    kind: Kind | None = None
    for line in page[len(page) // 2 :]:
        about = _ABOUT.fullmatch(line.text) if len(line.text) <= _NAME else None
        if about:
            author = about[1].lower().startswith(("author", "writer"))
            kind = Kind.BYLINE if author else Kind.BOILERPLATE
            line.kind = Kind.BOILERPLATE
        line.kind = line.kind or kind


def _lives(page: Sequence[_Line]) -> None:
    """Claim authors' lives, and what the house says of itself, after the article."""
    for name, life in pairwise(page[len(page) // 2 :]):
        named = name.bare and len(name.text) <= _NAME and life.text.startswith(name.text + " ")
        if named and life.kind is None and _BIO.match(life.text):
            name.kind = life.kind = Kind.BYLINE
    for line in reversed(page[1:]):
        if line.prose and not _SPEECH.search(line.text):
            if _BIO.match(line.text):
                line.kind = Kind.BYLINE
            elif _HOUSE.match(line.text):
                line.kind = Kind.BOILERPLATE
        if line.kind is None and not line.bare:
            return


def _closing_links(page: Sequence[_Line]) -> None:
    """Claim a run of titles after the text's last sentence: other stories."""
    start = len(page)
    while start and (page[start - 1].listed or page[start - 1].kind is Kind.BOILERPLATE):
        start -= 1
    while start < len(page) and not page[start].bare:
        start += 1
    links = [line for line in page[start:] if line.kind is None]
    if start and len(links) >= _FEWEST_LINKS:
        for line in links:
            line.kind = Kind.BOILERPLATE


def _headlines(page: Sequence[_Line]) -> None:
    """Claim the title, its repetitions, and the heads of sections."""
    title = next((line for line in page if line.kind is None), None)
    if title and len(title.text) <= _TITLE and _reads_as_title(title.text):
        for line in page:
            line.kind = Kind.HEADLINE if line.text == title.text else line.kind
    for above, line, below in zip(page, page[1:], page[2:], strict=False):
        if line.kind is None and above.prose and below.prose and _is_head(line, below):
            line.kind = Kind.HEADLINE


def _reads_as_title(text: str) -> bool:
    """Whether a first line ends without a full stop, or has capitals throughout."""
    return not _STOPPED.search(_ACRONYM.sub("", text)) or _capitals(text) > 0.7


def _capitals(text: str) -> float:
    """Share of the words of four letters or more that open with a capital."""
    words = re.findall(r"[^\W\d_]{4,}", text)
    return sum(word[0].isupper() for word in words) / len(words) if len(words) > 2 else 0.0


def _is_head(line: _Line, below: _Line) -> bool:
    """Whether a line between two of running text reads as a section's head."""
    text = line.text
    if len(text) > _SHORT or len(text) >= len(below.text) or not text[0].isupper():
        return False
    asks = text.endswith("?") and line.units == 1 and _capitals(text) > 0.7
    return line.bare or asks
