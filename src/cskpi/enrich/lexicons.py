"""Word lists: plain text with classes, shipped and added to by the shop.

    # a comment
    [refusal: questions quotes]     a class, and what is taken out of a text before its words count
    没办法                          a word
    /不(能|可以)退/                  a pattern; both engines read it, so no look-around in it
    - 没办法的话                     an ordinary use, taken out first; `-/…/` as a pattern

`questions` takes out clauses that ask, `quotes` what stands in quotation marks or is told of
somebody. `first` keeps only the first class of the file that hits (topics). What is taken out
becomes a line break, over which `.` does not reach.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from itertools import accumulate, count
from pathlib import Path
from typing import TYPE_CHECKING

from cskpi.enrich.sieve import FEWEST_SIFTED, FEWEST_TIMES, Sieve
from cskpi.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Near = NDArray[np.bool_]

Place = tuple[int, int]
"""Start and end in a form."""

SHIPPED = Path(__file__).parent / "lexicons"
GONE = "\n"
_IDLE = " ,。!~;\n"
_AROUND = "\ufdd0${0}\ufdd1"
_OUT = re.compile("\ufdd0([^\ufdd1]*)\ufdd1")
"""A piece between two signs that Unicode keeps out of texts."""

QUESTION = (
    r"(?:[a-z0-9', ]+|[^,。!?;~\n ]*)\?"
    r"|[^,。!?;~\n ]*(?:吗|嘛|么|能不能|可不可以|是不是|可否|能否|行不行|会不会|有没有|为什么|为啥|怎么|咋)[^,。!?;~\n ]*"
)
QUOTE = (
    r"“[^”\n]*”|「[^」\n]*」|『[^』\n]*』|《[^》\n]*》|\"[^\"\n]*\""
    # What I told you is no quotation: 跟您说过不行.
    r"|(?:^|[^跟和给对向同与])(?:您|你|他|她|对方|快递员?|骑手|前面(?:的)?客服|刚才(?:的)?客服|上个客服)(?:刚才|之前|刚刚|当时|是)?(?:说|讲|骂|写)(?:的|了|过|我|我们|到|是)?[:,]?[^,。!?;~\n]*"
)
_CUTS = {"questions": QUESTION, "quotes": QUOTE}
_GAP = re.compile(r"\{\d|[\]).][*+]|\$")
_GAPS_AT_ONCE = 4
_FREE = "topics"
SIFTED = ("talk", "banned", _FREE)
"""The files whose words are looked for as they stand."""
_HEAD = re.compile(r"\[(?P<name>[a-z_]+)(?::(?P<flags>[a-z ]*))?\]$")


@dataclass(frozen=True)
class WordClass:
    """The words of one class; `lines` are as written, exceptions with their dash."""

    name: str
    flags: frozenset[str] = frozenset()
    lines: tuple[str, ...] = field(default=())

    @cached_property
    def words(self) -> str:
        """The pattern of all words, longest first."""
        return _pattern(line for line in self.lines if not line.startswith("-"))

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The same words in several patterns.

        Gaps multiply the states of an automaton: many in one make it slower by an order.
        """
        lines = [line for line in self.lines if not line.startswith("-")]
        gaps = [line for line in lines if line.startswith("/") and _GAP.search(line)]
        plain = [line for line in lines if line not in gaps]
        groups = [plain, *(gaps[n : n + _GAPS_AT_ONCE] for n in range(0, len(gaps), _GAPS_AT_ONCE))]
        return tuple(_pattern(group) for group in groups if group)

    @cached_property
    def taken_out(self) -> str:
        """The pattern of what does not count; empty where there is nothing of that kind."""
        ordinary = _pattern(
            line.removeprefix("-").strip() for line in self.lines if line.startswith("-")
        )
        cuts = [pattern for flag, pattern in _CUTS.items() if flag in self.flags]
        return "|".join([part for part in (ordinary,) if part] + cuts)

    def hits(self, forms: pl.Series, near: Near | None = None) -> pl.Series:
        """Return for each normalised text whether a word of the class counts in it.

        Args:
            forms: normalised texts.
            near: for each of `parts` in which texts it can stand; without it, in all.
        """
        import numpy as np
        import polars as pl

        if near is None:
            near = np.ones((len(self.parts), forms.len()), dtype=bool)
        found = self._stands_in(forms, near)
        if self.taken_out and found.any():
            rest = forms.filter(pl.Series(found)).str.replace_all(for_polars(self.taken_out), GONE)
            found[found] = self._stands_in(rest, near[:, found])
        return pl.Series(found)

    def _stands_in(self, forms: pl.Series, near: Near) -> NDArray[np.bool_]:
        import numpy as np
        import polars as pl

        found = np.zeros(forms.len(), dtype=bool)
        for part, possible in zip(self.parts, near, strict=True):
            places = possible & ~found
            if places.any():
                some = forms.filter(pl.Series(places)).str.contains(for_polars(part))
                found[places] = some.fill_null(value=False).to_numpy()
        return found

    def find(self, form: str) -> list[tuple[int, int]]:
        """Return the places in one normalised text where words of the class count."""
        if not self.words or for_python(self.words).search(form) is None:
            return []
        rest = form
        if self.taken_out:
            rest = for_python(self.taken_out).sub(lambda m: GONE * len(m.group()), form)
        return [
            _trimmed(m.start(), m.group())
            for m in for_python(self.words).finditer(rest)
            if m.group().strip(_IDLE)
        ]

    def find_all(self, forms: pl.Series) -> list[list[Place]]:
        """Return for each of many texts what `find` returns, thirty times as quick."""
        import numpy as np
        import polars as pl

        found: list[list[Place]] = [[] for _ in range(forms.len())]
        if not self.words:
            return found
        every = np.ones((len(self.parts), forms.len()), dtype=bool)
        places = np.flatnonzero(self._stands_in(forms, every))
        rest = forms.gather(places)
        if self.taken_out:
            told = rest.str.replace_all(for_polars(self.taken_out), _AROUND)
            rest = pl.Series([_OUT.sub(_gone, text) for text in told], dtype=pl.String)
        marked = rest.str.replace_all(for_polars(self.words), _AROUND)
        for place, text in zip(places, marked, strict=True):
            found[place] = _marked(text)
        return found


@dataclass(frozen=True)
class Lexicons:
    """All classes by file and name."""

    classes: dict[str, dict[str, WordClass]]

    def __getitem__(self, place: tuple[str, str]) -> WordClass:
        file, name = place
        return self.classes.get(file, {}).get(name, WordClass(name))

    def near(self, forms: pl.Series) -> dict[tuple[str, str], Near]:
        """Return for each class a row for each of its parts: in which normalised texts it can stand."""
        import numpy as np

        every = sum(len(self[place].parts) for place in self._sifted)
        if forms.len() < FEWEST_SIFTED and next(self._few) < FEWEST_TIMES:
            rows = np.ones((every, forms.len()), dtype=bool)
        else:
            rows = self._sieve.near(forms)
        ends = accumulate(len(self[place].parts) for place in self._sifted)
        return {
            place: rows[end - len(self[place].parts) : end]
            for place, end in zip(self._sifted, ends, strict=True)
        }

    @cached_property
    def _sifted(self) -> tuple[tuple[str, str], ...]:
        return tuple((file, name) for file in SIFTED for name in self.classes.get(file, {}))

    @cached_property
    def _few(self) -> count[int]:
        """How often few texts were looked through so far."""
        return count()

    @cached_property
    def _sieve(self) -> Sieve:
        return Sieve(tuple(part for place in self._sifted for part in self[place].parts))

    @cached_property
    def version(self) -> str:
        """A digest of all words in force."""
        told = repr(
            [
                (f, c.name, sorted(c.flags), c.lines)
                for f in sorted(self.classes)
                for c in self.classes[f].values()
            ]
        )
        return sha256(told.encode()).hexdigest()


@cache
def load_lexicons(own: Path | None = None) -> Lexicons:
    """Return the shipped word lists with those of a shop's folder appended.

    Raises:
        InputError: a line of a file is no word, class or pattern, or nothing reads the class.
    """
    classes: dict[str, dict[str, WordClass]] = {}
    folders = [SHIPPED, *([own] if own and own.is_dir() else [])]
    for path in (p for folder in folders for p in sorted(folder.glob("*.txt"))):
        for found in read_lexicon(path):
            known = classes.setdefault(path.stem, {})
            # A shop may name topics of its own; any other class nothing would read.
            if path.parent != SHIPPED and path.stem != _FREE and found.name not in known:
                raise InputError("lexicon_class", path=path, name=found.name, classes=_list(known))
            old = known.get(found.name, WordClass(found.name))
            lines = tuple(dict.fromkeys(old.lines + found.lines))
            known[found.name] = WordClass(found.name, old.flags | found.flags, lines)
    return Lexicons(classes)


def read_lexicon(path: Path) -> list[WordClass]:
    """Return the classes of one file in order.

    Raises:
        InputError: a word stands before the first class, or a pattern cannot be read.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    classes: list[tuple[str, frozenset[str], list[str]]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if head := _HEAD.match(line):
            classes.append((head["name"], frozenset((head["flags"] or "").split()), []))
        elif not classes or (path.parent != SHIPPED and not is_readable(line)):
            raise InputError("lexicon_line", path=path, line=number, text=line)
        else:
            classes[-1][2].append(line)
    return [WordClass(name, flags, tuple(lines)) for name, flags, lines in classes]


def _list(known: Iterable[str]) -> str:
    return ", ".join(known) or "–"


def is_readable(line: str) -> bool:
    """Tell whether both engines read a line's pattern."""
    import polars as pl

    pattern = _pattern([line.removeprefix("-").strip()])
    try:
        re.compile(pattern)
        pl.Series([""]).str.contains(pattern)
    except (re.error, pl.exceptions.ComputeError):
        return False
    return bool(pattern)


def _pattern(lines: Iterable[str]) -> str:
    words = sorted(lines, key=lambda line: (not line.startswith("/"), -len(line), line))
    return "|".join(
        f"(?:{w[1:-1]})" if w[1:-1] and w[0] == w[-1] == "/" else _word(w) for w in words
    )


def _word(word: str) -> str:
    """Return a literal word's pattern; Latin words are whole words."""
    escaped = re.sub(r"([.^$*+?{}\[\]\\|()#&~-])", r"\\\1", word.lower())
    if word.isascii() and word[0].isalpha() and word[-1].isalnum():
        return rf"\b{escaped}\b"
    return escaped


def for_polars(pattern: str) -> str:
    r"""Return a pattern for the Rust engine, with `\b` at the edge of Latin words beside Chinese."""
    return pattern.replace(r"\b", r"(?-u:\b)")


def _trimmed(start: int, word: str) -> Place:
    """Return where a word stands without the signs its pattern needed around it."""
    end = start + len(word.rstrip(_IDLE))
    return start + len(word) - len(word.lstrip(_IDLE)), end


def _gone(match: re.Match[str]) -> str:
    return GONE * len(match[1])


def _marked(text: str) -> list[Place]:
    """Return where the words between marks stand in the text without marks."""
    pieces = [(m.start() - 2 * n, m[1]) for n, m in enumerate(_OUT.finditer(text))]
    return [_trimmed(start, word) for start, word in pieces if word.strip(_IDLE)]


@cache
def for_python(pattern: str) -> re.Pattern[str]:
    """Return the same pattern for `re`."""
    return re.compile(pattern.replace(r"\b", r"(?a:\b)"))
