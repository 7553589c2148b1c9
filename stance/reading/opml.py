"""Lists of feeds, as OPML files keep them."""

from __future__ import annotations

from pathlib import Path

from stance.errors import InputError


def feeds_of(path: Path) -> tuple[str, ...]:
    """The addresses in an OPML file (opml.org/spec2.opml), in order, each once.

    Args:
        path: The file, with an `xmlUrl` at every outline that is a feed.

    Raises:
        InputError: There is no such file, it is not XML, or it names no feed.
    """
    from lxml import etree

    try:
        tree = etree.fromstring(
            path.read_bytes(), etree.XMLParser(resolve_entities=False, no_network=True)
        )
    except (OSError, etree.XMLSyntaxError) as error:
        raise InputError(f"{path}: {error}: give an OPML file, as feed readers export it") from None
    urls = (str(url).strip() for url in tree.xpath("//outline/@xmlUrl"))
    found = dict.fromkeys(filter(None, urls))
    if not found:
        raise InputError(f"{path}: no outline with an xmlUrl: give an OPML file that lists feeds")
    return tuple(found)
