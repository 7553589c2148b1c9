"""A cheap first look: which articles may speak of China as a peacemaker at all.

Most of what a general feed brings does not, and the model need not read it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

from stance.errors import MissingExtraError
from stance.records import Article

if TYPE_CHECKING:
    from ahocorasick_rs import BytesAhoCorasick

CHINA = """
china, chinas, chinese, beijing, beijings, peking, prc, sino, ccp, zhongnanhai, diaoyutai, kunming,
xi, jinping, li qiang, li keqiang, wang yi, qin gang, yang jiechi, liu jianchao, ma zhaoxu,
mao ning, lin jian, guo jiakun, wang wenbin, hua chunying, zhao lijian, geng shuang,
li hui, zhai jun, deng xijun, sun guoxiang, xue bing, yue xiaoyong, liu xiaoming, xie xiaoyan,
gong xiaosheng, wu sike, wu dawei, zhang jun, fu cong,
belt and road, global security initiative, shanghai cooperation, friends of peace,
international organization for mediation, international organisation for mediation
"""
"""What names China: the country, its leaders, its diplomats and envoys, its initiatives."""

CONFLICT = """
peace*, mediat*, broker, brokers, brokered, brokering, negotiat*, talk, talks, dialog*, envoy*, li
hui, zhai jun, diplom*, foreign minist*, statesman*, summit*, good offices, go-between*,
intermediar*, arbitrat*, reconcil*, rapprochement*, detente, détente, thaw, handshake*, trilateral,
accord, accords, pact, pacts, treaty, treaties, settlement*, conciliat*, truce*, ceasefire*,
cease-fire*, cease fire, armistice, de-escalat*, restraint, position paper, permanent member*,

war, wars, warring, wartime, conflict*, fight*, invasion*, invad*, hostilit*, hostage*, bloodshed,
violence, rebel*, insurgen*, militia*, militant*, junta*, coup, coups, crisis, crises, dispute*,
clash*, feud*, unrest, standoff*, stand-off*, tensions, troops, atrocit*, genocid*, shelling,

ukrain*, kyiv, kiev, crimea*, donbas*, zelensk*, russia*, moscow, kremlin, putin*, israel*,
netanyahu, jerusalem, palestin*, gaza*, rafah, west bank, hamas, fatah, iran*, tehran, saudi*,
riyadh, yemen*, houthi*, red sea, syria*, leban*, hezbollah, iraq*, kurd*, afghan*, taliban, kabul,
pakistan*, islamabad, damascus, baghdad, beirut, kashmir*, myanmar*, burm*, rohingya*, rakhine,
kokang, north korea*, korean peninsula, pyongyang, dprk, denuclear*, cambodia*, thai*, bangkok,
phnom penh, sudan*, darfur, khartoum, ethiopia*, eritrea*, tigray*, horn of africa, somali*, congo*,
kinshasa, rwanda*, kigali, libya*, tripoli, sahel, mali, armenia*, azerbaijan*, karabakh, kosovo
"""
"""What conflicts and their end are told with: the work of peace, the fighting, the places.

The places are those of conflicts in which China was called on or came forward. A short item
often names no more than one of them; of a conflict yet to come, the other words must tell.
"""


class Screen(Protocol):
    """Says which articles are worth the model's time."""

    def passes(self, article: Article) -> bool:
        """Whether the article may hold a relevant sentence."""
        ...


@dataclass(frozen=True, slots=True)
class Gate:
    """A screen by words: an article passes if it names China and a matter of conflict or peace.

    Both may stand anywhere in headline or text, in any case, as whole words. The words are
    sought all at once (Aho and Corasick, "Efficient string matching", CACM 18:6, 1975), so
    the time grows with the text alone. What alludes to China without a name for it ("the big
    neighbour") is skipped; `benchmarks/gate.py` shows how often.

    A gate holds nothing but its words and can be pickled; a process builds its automata at
    the first article.

    Attributes:
        china: Words or phrases that name China, separated by commas; one that ends in `*`
            stands for every word that begins so.
        conflict: Words or phrases of conflict and peace, in the same form.
    """

    china: str = CHINA
    conflict: str = CONFLICT

    def passes(self, article: Article) -> bool:
        """Whether the article may hold a relevant sentence.

        Raises:
            MissingExtraError: `ahocorasick_rs` is not installed.
        """
        given = f"{article.headline or ''}\n{article.text}"
        for hyphen in "\u2010\u2011":
            given = given.replace(hyphen, "-")
        words = given.casefold().split()
        # A lone surrogate has no UTF-8; it is for the model's input to refuse, not for a screen.
        text = " ".join(words).encode("utf-8", "replace")
        return _holds(text, self.china) and _holds(text, self.conflict)


def _holds(text: bytes, words: str) -> bool:
    automaton, whole = _automaton(words)
    # Overlapping, lest a match inside a longer word hide one that begins in it.
    matches = automaton.find_matches_as_indexes(text, overlapping=True)
    # Bytes beyond ASCII are no letters here: a dash or a broken apostrophe ends a word.
    return any(
        not text[start - 1 : start].isalnum()
        and not (whole[word] and text[end : end + 1].isalnum())
        for word, start, end in matches
    )


@lru_cache(maxsize=8)
def _automaton(words: str) -> tuple[BytesAhoCorasick, tuple[bool, ...]]:
    """An automaton of the words, and which of them must end where they end."""
    try:
        from ahocorasick_rs import BytesAhoCorasick, Implementation
    except ImportError:
        raise MissingExtraError("ahocorasick_rs", "feeds") from None
    listed = [w for w in (" ".join(w.split()) for w in words.casefold().split(",")) if w]
    sought = [w.removesuffix("*").encode() for w in listed]
    # The widest kind of automaton takes longest to build and scans three times as fast.
    automaton = BytesAhoCorasick(sought, implementation=Implementation.DFA)
    return automaton, tuple(not w.endswith("*") for w in listed)
