"""Bytes to characters: strict decoding, one normal form, and a note of what looks odd. Pure: no Django, no
database.

Nothing is guessed and nothing is cut: a text that cannot be stored faithfully is refused with a reason, and
what is strange but lawful (hidden characters, look-alike letters, garbled accents) is kept letter by letter
and flagged.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import NoReturn

ENCODINGS = ("utf-8", "cp1252", "iso-8859-1", "iso-8859-15", "mac-roman", "utf-16", "utf-32")

# Above this, one word is noise to readers and to every tokenizer.
MAX_WORD = 65_536
# Stream-Safe Text Format (Unicode annex 15, section 13) allows 30 marks on one letter; normalising more takes
# quadratic time.
MAX_MARKS = 30
# The first two planes have all combining marks of Unicode; going through the others would take a third of a second.
BEYOND_MARKS = 0x20000
# PostgreSQL refuses a search vector of more than 1 MiB; this leaves room for its own bookkeeping.
MAX_DISTINCT_BYTES = 900_000

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# How programs, pictures, archives and office documents begin.
_MAGIC = (
    *(
        b"\x89PNG",
        b"\xff\xd8\xff",
        b"GIF8",
        b"RIFF",
        b"BM\x00",
        b"\x7fELF",
        b"MZ\x90",
        b"%PDF-",
        b"PK\x03\x04",
    ),
    *(
        b"PK\x05\x06",
        b"\x1f\x8b",
        b"BZh",
        b"\xfd7zXZ\x00",
        b"7z\xbc\xaf\x27\x1c",
        b"Rar!",
        b"\xd0\xcf\x11\xe0",
        b"{\\rtf",
    ),
    *(b"OggS", b"ID3", b"SQLite format 3", b"\xca\xfe\xba\xbe", b"wOFF", b"wOF2", b"\x00\x00\x00\x18ftyp"),
)
_CONTROL_BYTES = bytes(code for code in [*range(0x20), 0x7F] if code not in b"\t\n\r\x0c")

# Characters by what is odd about them. Looking for a few in the set of a text's characters is ten times
# faster than a search through all of it, and most texts have none.
_CONTROLS = frozenset(
    map(chr, [*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)])
)
_BIDI = frozenset(map(chr, [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]))
_INVISIBLE = frozenset(
    map(
        chr,
        [
            *(
                0xAD,
                0x34F,
                0x115F,
                0x1160,
                0x17B4,
                0x17B5,
                *range(0x180B, 0x180F),
                0x200B,
                0x200C,
                0x2028,
                0x2029,
            ),
            *(*range(0x2060, 0x2065), *range(0x206A, 0x2070), 0x3164, 0xFEFF, 0xFFA0),
            *(*range(0xE0000, 0xE0080), *range(0xE0100, 0xE01F0)),
        ],
    )
)
# Inside emoji a joiner is ordinary; next to a letter it is not.
_JOINER = "\u200d"
_JOINED_LETTERS = re.compile("\\w\u200d|\u200d\\w")
_OTHER_SCRIPT = re.compile("[\u0370-\u03ff\u0400-\u052f\u0531-\u0587\u1f00-\u1fff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_WORD = re.compile(r"\w+")
# UTF-8 read as cp1252: the lead byte of é, «, “ or emoji, followed by what a continuation byte became.
_CONTINUATION = "\u0080-\u00bf" + "".join(
    sorted(
        {
            bytes([code]).decode("cp1252")
            for code in range(0x80, 0xC0)
            if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)
        }
    )
)
_GARBLED_LEADS = frozenset("\u00c2\u00c3\u00e2\u00f0")
_MOJIBAKE = re.compile(f"[\u00c2\u00c3][{_CONTINUATION}]|\u00e2\u20ac|\u00f0\u0178[{_CONTINUATION}]")


class Refused(Exception):
    """A text that is not taken. `reason` is one word for machines, `sentence` one sentence for people.

    Reasons: empty, no_text, binary, encoding, control_chars, too_large, too_long_line, markup_bomb,
    not_regular, outside_root, duplicate, name, bad_date, bad_url, bad_json, bad_front_matter, bad_metadata,
    json_depth, json_number, json_duplicate_key. `skip` is true for what was never meant to be imported
    (another kind of file), which is no failure.
    """

    def __init__(self, reason: str, sentence: str, *, skip: bool = False) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence
        self.skip = skip


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The characters of `data` and the encoding they were in, without a byte order mark.

    UTF-8 unless a byte order mark says UTF-16 or UTF-32; any other encoding only when the caller states it.
    Raises Refused: binary, control_chars, encoding; ValueError when `encoding` is none of ENCODINGS.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise ValueError(f"{encoding!r} is not one of {', '.join(ENCODINGS)}")
    if data.startswith(_MAGIC):
        raise Refused("binary", "This is a program, picture, archive or document, not plain text.")
    for mark, name in _BOMS:
        if data.startswith(mark):
            return _decode(data[len(mark) :], name), name
    name = encoding or "utf-8"
    if not name.startswith(("utf-16", "utf-32")):
        _refuse_bytes_of_other_encodings(data)
    return _decode(data, name), name


def _decode(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if _share_of_controls(data) > 0.05 and encoding == "utf-8":
            raise Refused("binary", "This is not text: too many bytes are control codes.") from None
        hint = (
            " If it was saved by an older program, name its encoding (for example cp1252)."
            if encoding == "utf-8"
            else ""
        )
        raise Refused(
            "encoding", f"The bytes from position {error.start} on are not valid {encoding.upper()}.{hint}"
        ) from None


def _refuse_bytes_of_other_encodings(data: bytes) -> None:
    """UTF-16 without its mark is half NULs; more than a sprinkle of control codes is no text at all."""
    zeros = data.count(0)
    if zeros > len(data) // 5 and _share_of_controls(data.replace(b"\0", b"")) < 0.05:
        raise Refused(
            "encoding", "This looks like UTF-16 or UTF-32 without a byte order mark; save it as UTF-8."
        )
    if _share_of_controls(data) > 0.1:
        raise Refused("binary", "This is not text: too many bytes are control codes.")


def _share_of_controls(data: bytes) -> float:
    return 1 - len(data.translate(None, _CONTROL_BYTES)) / len(data) if data else 0.0


@functools.cache
def _marks() -> tuple[frozenset[str], re.Pattern[str]]:
    """Every combining mark, and a run of more of them than any writing needs."""
    marks = frozenset(filter(unicodedata.combining, map(chr, range(0x300, BEYOND_MARKS))))
    return marks, re.compile(f"[{''.join(map(re.escape, sorted(marks)))}]{{{MAX_MARKS + 1}}}")


def normalise(text: str) -> str:
    """The one stored form of a text: NFC, LF line ends, no byte order mark, no blanks at the end. Leading
    blanks stay.

    A text that is already in this form comes back unchanged, so that offsets into the file are offsets into
    the body. Raises Refused: control_chars, encoding (lone surrogates), too_long_line.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").rstrip()
    seen = set(text)
    if not seen.isdisjoint(_CONTROLS):
        _refuse_control(text)
    if text.isascii():
        return text
    marks, too_many = _marks()
    if not seen.isdisjoint(marks) and too_many.search(text):
        raise Refused("control_chars", f"A letter carries more than {MAX_MARKS} accents or other marks.")
    return unicodedata.normalize("NFC", text)


def _refuse_control(text: str) -> NoReturn:
    place, char = next((place, char) for place, char in enumerate(text) if char in _CONTROLS)
    line = text.count("\n", 0, place) + 1
    if "\ud800" <= char <= "\udfff":
        raise Refused("encoding", f"Line {line} holds half of a character (a lone surrogate).")
    raise Refused("control_chars", f"Line {line} holds a control character (U+{ord(char):04X}).")


def refuse_unsearchable(text: str) -> None:
    """Raises Refused (too_long_line, too_large) for what no search index can hold: endless words, a megabyte
    of different ones.
    """
    if len(text) < MAX_WORD:
        return
    words = text.split()
    if words and max(map(len, words)) > MAX_WORD:
        raise Refused("too_long_line", f"It holds a word of more than {MAX_WORD:,} letters.")
    if sum(len(word.encode()) + 4 for word in set(words)) > MAX_DISTINCT_BYTES:
        raise Refused(
            "too_large", "It holds too many different words for the search index; split it into parts."
        )


def is_blank(text: str) -> bool:
    """Whether nothing in `text` would be seen: only blanks and invisible characters."""
    if text[:1].isascii() and text[:1].isalnum():  # mostly; four of the letters beyond are invisible
        return False
    return not any(
        not (char.isspace() or char in _INVISIBLE or char in _BIDI or char == _JOINER) for char in text
    )


def odd_characters(text: str) -> tuple[str, ...]:
    """What an editor should know about the characters of `text`, sorted.

    bidi: marks that turn the direction of reading; invisible: characters nobody sees; mixed_script: Latin and
    Cyrillic, Greek or Armenian letters in one word; mojibake: accents garbled by a wrong decoding; lossy:
    letters already lost (U+FFFD).
    """
    if text.isascii():
        return ()
    seen = set(text)
    found = set()
    if not seen.isdisjoint(_BIDI):
        found.add("bidi")
    if not seen.isdisjoint(_INVISIBLE) or (_JOINER in seen and _JOINED_LETTERS.search(text)):
        found.add("invisible")
    if "\ufffd" in seen:
        found.add("lossy")
    if not seen.isdisjoint(_GARBLED_LEADS) and _MOJIBAKE.search(text):
        found.add("mojibake")
    if _OTHER_SCRIPT.search("".join(seen)) and any(
        _OTHER_SCRIPT.search(word) and _LATIN.search(word) for word in _WORD.findall(text)
    ):
        found.add("mixed_script")
    return tuple(sorted(found))
