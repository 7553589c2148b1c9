"""An article with its sentences coloured by stance, as HTML."""

from __future__ import annotations

from html import escape
from string import Template

from stance.records import FURNITURE, ArticleStance, Label, SentenceStance

# Blue and orange stay apart for most colour-blind readers; red and green do not.
_STYLE = """
.stance { font: 16px/1.6 Georgia, serif; color: #1c1c1c; background: #fff; max-width: 46rem }
.stance .text { white-space: pre-wrap; overflow-wrap: anywhere }
.stance span[data-label] { border-radius: 3px; padding: 1px 0 }
.stance .furniture { color: #8a8a8a }
.stance .headline { font-weight: bold }
.stance .figures { font: 14px/1.5 system-ui, sans-serif; margin: 0 0 1em }
.stance .figures b { border-radius: 3px; padding: 1px 6px; font-weight: 600 }
"""
_COLOURS = {Label.SKEPTICAL: "235, 125, 40", Label.HOPEFUL: "40, 125, 215"}

_PAGE = Template(
    """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>$title</title>
</head>
<body style="margin: 2rem auto; padding: 0 1rem; max-width: 46rem">
$fragment
</body>
</html>
"""
)


def render_fragment(result: ArticleStance) -> str:
    """The coloured article as a piece of HTML that brings its own style.

    The deeper the colour, the surer the model; hovering over a sentence shows
    its probabilities. Between the sentences the text is kept as it is.

    Args:
        result: A scored article.
    """
    pieces, at, text = [], 0, result.article.text
    for sentence in result.sentences:
        pieces += [escape(text[at : sentence.start]), _span(sentence)]
        at = sentence.end
    body = "".join([*pieces, escape(text[at:])])
    return (
        f'<div class="stance"><style>{_STYLE}</style>'
        f'{_figures(result)}<div class="text">{body}</div></div>'
    )


def render_page(result: ArticleStance) -> str:
    """The coloured article as a whole page, with nothing to fetch.

    Args:
        result: A scored article.
    """
    first = result.sentences[0].text if result.sentences else ""
    title = escape(result.article.headline or first[:80])
    return _PAGE.substitute(title=title, fragment=render_fragment(result))


def _figures(result: ArticleStance) -> str:
    counts = result.counts
    parts = []
    for label in Label:
        colour = _COLOURS.get(label, "200, 200, 200")
        parts.append(f'<b style="background: rgba({colour}, 0.45)">{counts[label]} {label}</b>')
    return (
        f'<p class="figures">{" ".join(parts)} &nbsp; article score {result.score:+.2f} '
        f"(−1 skeptical to +1 hopeful) &nbsp; model {escape(result.model)}</p>"
    )


def _span(sentence: SentenceStance) -> str:
    classes = "furniture" if sentence.kind in FURNITURE else str(sentence.kind)
    odds = ", ".join(f"{name} {value:.2f}" for name, value in sentence.probabilities.items())
    style = ""
    if sentence.label in _COLOURS:
        depth = 0.15 + 0.5 * sentence.probabilities[sentence.label]
        style = f' style="background: rgba({_COLOURS[sentence.label]}, {depth:.2f})"'
    return (
        f'<span class="{classes}" data-label="{sentence.label}" title="{odds}"{style}>'
        f"{escape(sentence.text)}</span>"
    )
