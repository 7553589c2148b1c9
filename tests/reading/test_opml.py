from __future__ import annotations

from pathlib import Path

import pytest

from stance.errors import InputError
from stance.reading.opml import feeds_of

LIST = """<?xml version="1.0"?>
<opml version="2.0"><body>
  <outline text="World"><outline type="rss" xmlUrl="https://a.example/feed"/>
  <outline type="rss" xmlUrl="https://b.example/feed"/></outline>
  <outline xmlUrl="https://a.example/feed"/><outline text="no feed"/>
</body></opml>"""


def test_nested_feeds_come_in_order_and_once(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(LIST)
    assert feeds_of(path) == ("https://a.example/feed", "https://b.example/feed")


@pytest.mark.parametrize("text", ["", "<opml><body>", "<opml><body/></opml>"])
def test_what_lists_no_feed_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(text)
    with pytest.raises(InputError, match="OPML"):
        feeds_of(path)


def test_an_entity_is_not_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("https://c.example/feed")
    path = tmp_path / "feeds.opml"
    path.write_text(
        f'<!DOCTYPE o [<!ENTITY x SYSTEM "{secret.as_uri()}">]>'
        '<opml><body><outline xmlUrl="https://a.example/">&x;</outline></body></opml>'
    )
    assert feeds_of(path) == ("https://a.example/",)


def test_an_outline_with_a_blank_address_is_no_feed(tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(
        '<opml><body><outline xmlUrl=" "/><outline xmlUrl=" https://a.example/ "/></body></opml>'
    )
    assert feeds_of(path) == ("https://a.example/",)
