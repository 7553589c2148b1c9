"""The text in a piece of HTML, as feeds hold it."""

from __future__ import annotations

_UNSEEN = frozenset({"script", "style", "title", "template", "noscript", "iframe"})
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "dd", "div", "dl", "dt", "figcaption", "figure"}
    | {"footer", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol"}
    | {"p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
# Which no text holds once white space is collapsed.
_PARAGRAPH, _LINE = "\u2029", "\u2028"


def plain_text(markup: str) -> str:
    """Free a piece of HTML of its markup.

    Blocks become paragraphs with a blank line between them, and `<br>` ends a line;
    other white space collapses as a browser collapses it.
    """
    from lxml import etree

    # libxml2 stops reading at a null byte.
    data = f"<div>{markup}</div>".replace("\0", " ").encode(errors="replace")
    root = etree.fromstring(data, etree.HTMLParser(encoding="utf-8"))
    pieces: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
    for event, element in walk:
        if event == "start":
            if element.tag in _UNSEEN:
                walk.skip_subtree()
            else:
                pieces += (_break(element.tag), element.text or "")
        else:
            pieces += (_PARAGRAPH if element.tag in _BLOCKS else "", element.tail or "")
    paragraphs = ("".join(pieces)).split(_PARAGRAPH)
    return "\n\n".join(filter(None, map(_collapsed, paragraphs)))


def _break(tag: str) -> str:
    return _LINE if tag == "br" else _PARAGRAPH if tag in _BLOCKS else ""


def _collapsed(paragraph: str) -> str:
    return "\n".join(" ".join(line.split()) for line in paragraph.split(_LINE)).strip()
