"""What a line of web news says of itself: labels, stamps, names, credits, appeals, trails.

Wording only; `kinds` looks at where a line stands. Every rule is one that web news
in general follows.
"""

from __future__ import annotations

import re

from stance.records import Kind

# Most code points of a name, a label or head, a title, a sentence of furniture, a caption.
NAME, SHORT, TITLE, LONGEST_FURNITURE, CAPTION = 40, 110, 220, 400, 900

ENDED = re.compile(r"""[.!?…:;,。！？—–-]["'”’)\]»]*$""")
STOPPED = re.compile(r"""[.…。]["'”’)\]»]*$""")
ACRONYM = re.compile(r"\b(?:[A-Z]\.){2,}$")
BULLET = re.compile(r"[-–—•*·▪●]\s")
SPEECH = re.compile(
    r"\b(?:said|says|told|added|asked|according|argue[sd]|writes|wrote|believe[sd]|warn(?:s|ed))\b"
    r"|[\"“”]"
)

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
TAGS = re.compile(
    r"(?i)(?:topics?|tags?|issues|filed under|keywords?|categor(?:y|ies)|sections?|regions?"
    r"|read more (?:about|on)|more on(?: this (?:story|topic))?|explore more)\b"
    r"(?: (?:in|for) this \w+)? ?:"
    r"|(?:topics?|tags|issues|related topics|filed under|explore more)$",
)
# Headings of a list of other stories.
LINKS = re.compile(
    r"(?i)(?:(?:related|recommended|suggested|popular|trending|other|latest|top|further|editor.?s.?)"
    r" (?:article|stories|news|reading|post|link|content|coverage|topic|pick|choice|video)s?"
    r"(?: (?:from|in|on|by|this|for) .{1,40})?|related|recommended(?: for you)?|trending(?: now)?"
    r"|most (?:read|viewed|popular|shared|commented)(?: .{1,30})?|(?:read|see|up) (?:next|also)"
    r"|more (?:from|in|on|stories|news|articles|like this)(?: .{1,40})?|what to read next"
    r"|(?:(?:articles?|stories|posts?) )?you (?:may|might)(?: also)? (?:like|be interested in).*)"
    r"[:\s]*",
)
LIVE = re.compile(
    r"(?i)(?:[-–—|:] (?:live|latest)\b.{0,20}|\b(?:live|latest) (?:news )?(?:updates?|blog)"
    r"|\bat a glance|\bexplained in \d+ seconds|\bwhat we know.{0,40}|\ba complete guide.{0,40})$",
)
ABOUT = re.compile(r"(?i)about (?:the|this|our) (newsletter|podcast|series|authors?|writers?)\W*")
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
    r"|this (?:article|story|column|essay|piece|post)\b.{0,40}\b(?:originally|first (?:published"
    r"|appeared|posted)|republished|updated|syndicated|translated|auto-generated|downloaded)\b"
    r"|.{0,80}\bclick here\b.{0,60}$"
    r"|for (?:more|all)\b.{0,80}\b(?:visit (?:our|us\b|www|http|\S+\.\w)|follow us|subscribe"
    r"|download)|the views expressed\b.{0,60}\b(?:are|is) (?:those of|that of|not|the author)"
    r"|(?:do you )?have a tip\b|(?:read|see|watch|listen)(?: more| also|:)\b.{0,120}$"
    r"|continue reading\b",
)
# Furniture that only pages of one's own reading show: mail, corrections, terms of use.
_NOTICE = re.compile(
    r"(?i)(?:(?:related|recommended|also read|read also|read more|more from .{2,40}|see also)"
    r"(?: (?:article|story))?: ?.+|also in (?:this issue|world|the news)\b.*|prefer listening\?.*"
    r"|you(?:['’]re| are) receiving this\b.*|you receive this\b.*|unsubscribe\b.{0,60}"
    r"|(?:was )?(?:this (?:e-?mail|message) )?forwarded (?:this by a friend|to you)\?.*"
    r"|view this e-?mail\b.*|views (?:are|expressed are) (?:personal|those|the author).*"
    r"|this (?:page|blog|story) (?:will be|was|has been) (?:updated|corrected)\b.*"
    r"|(?:found|spotted) a mistake\?.*|questions or tips\?.*|scan the qr code\b.*"
    r"|(?:.{0,40}\W)?read(?:ing)? time:? \d+ min.*|.{0,20}\bsubscribers only\b.*"
    r"|get this newsletter\b.*|support independent journalism\b.*|this content was published\b.*"
    r"|(?:unauthori[sz]ed )?reproduction\b.{0,60}\b(?:prohibited|hyperlink|permission)\b.*"
    r"|skip (?:next section|to)\b.*|(?:the )?editors?['’]? opinions? may not\b.*|\d{1,3}\."
    r"|that['’]s all (?:from us|for (?:now|today))\b.*|thank you for (?:following|reading)\b.*)"
)
_ADDRESS = re.compile(r"\S+@\S+\.\w{2,}")
# Where the reader is on the site: sections one within another, or one beside another.
_SEPARATOR = re.compile(r" ?[>›»→▸] ?| [|/·•▾] | ▾$")
_WITHIN = re.compile(r"[>›»→▸]")
_SECTION = re.compile(
    r"(?i)\W*(?:home(?:page)?|main|menu|sections?|(?:top |latest )?(?:news|stories)|world|national"
    r"|international|global|politics|diplomacy|business|markets|econom(?:y|ics)|defen[cs]e|security"
    r"|opinions?|editorials?|analys[ie]s|commentary|columnists?|op-?ed|perspectives?|ideas|views"
    r"|interviews?|publications?|briefs?|policy brief|features?|transcripts?|documents|newsdesk"
    r"|africa|asia|asia[- ]pacific|southeast asia|europe|americas|middle east|english edition"
    r"|live tv|podcasts?|sports?|newsletters?|research|briefing paper|special report)\W*"
)
# ... or by words anywhere in it; the cues are a cheap first look.
_APPEAL_CUES = ("ubscribe", "up for", "up to", "©", "opyright", "s reserved", "first on", "Trust P")
_APPEAL = re.compile(
    rf"(?i)\bsubscribe (?:here|to (?:our|the|this)\b.{{0,60}}\b{_LETTERS})\b|all rights reserved"
    rf"|\bsign(?:ing)? up (?:for|to)\b.{{0,40}}\b(?:our|this|free|daily|weekly)\b.{{0,60}}"
    rf"\b{_LETTERS}\b|^for more\b.{{0,60}}\bsign up (?:for|to)\b|©|\bcopyright \(?(?:c|\d{{4}})\b"
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
CREDIT_LINE = re.compile(
    rf"(?:(?i:{_LABELLED}(?: by|:)) ?.{{2,100}}|{_AGENCY}(?: ?[/|] ?.{{1,40}})?"
    rf"|{_NAMED} ?(?:/|\||via|,) ?(?:[\w ]{{1,30}}/)?(?:The )?{_AGENCY}(?:[ /,].{{0,40}})?)\.?"
)
_WRITTEN = (
    r"(?:Written|Reported|Story|Text|Words|Analysis|Comment(?:ary)?|Opinion|Column|Essay|Review(?:ed)?"
    r"|Edited|Compiled|Interview|Report|Photos?|Photographs?|Translated|Posted|Updated|Published)"
)
_BYLINE = re.compile(
    rf"(?:(?:{_WRITTEN} )?[Bb][Yy]:? (?:{_PEOPLE}|(?:the )?{_AGENCY})"
    rf"(?:(?:,| in| at| for| \|| [-–—]) .{{1,60}})?"
    rf"|{_PEOPLE}(?:,| \|| [-–—]) (?:[\w’' -]{{1,40}} )?(?:correspondent|reporter|editor|columnist"
    r"|staff writer|contributor|producer)s?(?: in [A-Z][\w ]+)?)"
)
_REPORTING = re.compile(
    r"(?i)[(\[]?(?:(?:with )?(?:additional )?reporting|writing|editing|compiled|written)"
    r" (?:by|from) (?-i:(?:the )?[A-Z]|our |staff|agencies).{2,200}[)\]]?\.?"
    r"|.{3,120} contributed (?:to (?:this|the) (?:report|story|article)|reporting)\.?",
)
BIO = re.compile(
    rf"(?:(?:Dr|Prof|Mr|Ms|Mrs)\.? )?(?!China\b|Chinese\b|Beijing\b|Xi\b){_NAMED}"
    r" (?:is|was|has been|serves as|works as)\b[^,;]{0,80}?\b"
    r"(?:fellow|analyst|professor|lecturer|scholar|researcher|correspondent|reporter|editor|columnist"
    r"|journalist|writer|author|contributor|director|commentator|bureau chief)\b"
)
HOUSE = re.compile(
    r"(?:The )?[A-Z][\w’'./ -]{1,60} is an? .{0,80}\b(?:organi[sz]ation|institut(?:e|ion)|newspaper"
    r"|think[ -]tank|magazine|news agency|publication|outlet|nonprofit|newsroom)\b"
)


def is_appeal(text: str) -> bool:
    """Whether the publisher speaks to the reader, and nobody is quoted."""
    if len(text) > LONGEST_FURNITURE:
        return False
    cued = any(cue in text for cue in _APPEAL_CUES) and _APPEAL.search(text)
    return bool(cued or _APPEAL_OPENING.match(text)) and not SPEECH.search(text)


def by_wording(text: str, units: int) -> Kind | None:
    """The kind that a line's own wording settles, whatever stands around it.

    Args:
        text: The line.
        units: How many sentences it holds.
    """
    found: Kind | None = None
    if text.endswith((")", "]", ").", "].")) and len(text) <= CAPTION:
        found = Kind.CAPTION if _CREDIT_TAIL.search(text[-160:]) else None
    if found or len(text) > LONGEST_FURNITURE:
        return found
    tags = TAGS.match(text) and not STOPPED.search(text)
    if tags or (units == 1 and is_appeal(text)):
        return Kind.BOILERPLATE
    if _REPORTING.fullmatch(text):
        return Kind.BYLINE
    return _by_label(text, units) if len(text) <= SHORT else None


def _by_label(text: str, units: int) -> Kind | None:
    """The kind of a short line that is wholly a label, a stamp, a name or a credit."""
    if any(rule.fullmatch(text) for rule in (_LABEL, _STAMP, LINKS)) or is_menu(text):
        return Kind.BOILERPLATE
    if _BYLINE.fullmatch(text):
        return Kind.BYLINE
    if text.startswith(("# ", "## ", "### ", "#### ")):
        return Kind.HEADLINE
    if CREDIT_LINE.fullmatch(text):
        return Kind.CAPTION
    told = units > 1 or SPEECH.search(text)
    notice = _NOTICE.fullmatch(text) or _ADDRESS.search(text)
    return Kind.BOILERPLATE if notice and not told else None


def is_menu(text: str) -> bool:
    """Whether a line is a row of short names: sections one within another, or side by side."""
    parts = [part for part in _SEPARATOR.split(text) if part]
    if len(parts) < 2 or STOPPED.search(text) or "«" in text:
        return False
    # "Opinion | Why the envoy failed" is a title.
    most = 2 if len(parts) == 2 and not _WITHIN.search(text) else 4
    short = all(len(part.split()) <= most for part in parts)
    return short and any(map(_SECTION.fullmatch, parts))


def is_section(text: str) -> bool:
    """Whether a line is a section's name and no more."""
    return bool(_SECTION.fullmatch(text))
