from __future__ import annotations

import sys
import unicodedata

import pytest

from sources.characters import (
    BEYOND_MARKS,
    Refused,
    decode,
    is_blank,
    normalise,
    odd_characters,
    refuse_unsearchable,
)


def refusal(data: bytes, encoding: str | None = None) -> str:
    with pytest.raises(Refused) as refused:
        normalise(decode(data, encoding)[0])
    assert refused.value.sentence.endswith(".")
    return refused.value.reason


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("perché".encode(), "utf-8"),
        (b"\xef\xbb\xbf" + "perché".encode(), "utf-8"),
        (b"\xff\xfe" + "perché".encode("utf-16-le"), "utf-16-le"),
        (b"\xfe\xff" + "perché".encode("utf-16-be"), "utf-16-be"),
        ("perché".encode("utf-32"), "utf-32-le"),
    ],
)
def test_a_byte_order_mark_names_the_encoding_and_is_no_text(data: bytes, encoding: str) -> None:
    assert decode(data) == ("perché", encoding)


def test_another_encoding_is_read_only_when_it_is_stated() -> None:
    data = "perché – 5 €".encode("cp1252")
    assert refusal(data) == "encoding"
    assert decode(data, "cp1252") == ("perché – 5 €", "cp1252")
    with pytest.raises(ValueError, match="rot13"):
        decode(data, "rot13")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x89PNG\r\n\x1a\n picture", "binary"),
        (b"%PDF-1.7 words", "binary"),
        (bytes(range(256)) * 40, "binary"),
        ("Testo senza il segno iniziale".encode("utf-16-le"), "encoding"),
        (b"perch" + b"\xc3", "encoding"),
        (b"slash \xc0\xaf", "encoding"),
        (b"surrogate \xed\xa0\x80", "encoding"),
        (b"ha\0negato tutte le accuse", "control_chars"),
        (b"ha \x1b[31mnegato", "control_chars"),
        ("riga\u0085riga".encode(), "control_chars"),
        (("P" + "\u0301" * 5000).encode(), "control_chars"),
    ],
)
def test_what_cannot_be_stored_faithfully_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    assert refusal(data) == reason


def test_half_a_character_is_refused() -> None:
    with pytest.raises(Refused, match="Line 2") as refused:
        normalise("one\ntwo \ud800")
    assert refused.value.reason == "encoding"


def test_one_form_nfc_and_plain_line_ends_and_nothing_after_the_last_word() -> None:
    text = "\ufeffLunedì\r\nperché\rno\n\n \n"
    assert normalise(unicodedata.normalize("NFD", text)) == "Lunedì\nperché\nno"


def test_a_text_in_that_form_is_not_touched_so_that_offsets_hold() -> None:
    text = "\n  Lunedì\u00a0«è»\n\n\tfine"
    assert normalise(text) is text or normalise(text) == text


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("Peskov ha negato. 🇮🇹 👩‍👩‍👧 ❤️ perché", ()),
        ("\u202eotagen\u202c", ("bidi",)),
        ("Pes\u200bkov", ("invisible",)),
        ("Pu\u00adtin", ("invisible",)),
        ("Pe\u200dskov", ("invisible",)),
        ("\U000e0069\U000e0067", ("invisible",)),
        ("Dmitry Ре\u0455kоv", ("mixed_script",)),
        ("Дмитрий Песков and Peskov", ()),
        ("perchÃ©", ("mojibake",)),
        ("\u00e2\u20ac\u0153No\u00e2\u20ac\u009d".replace("\u009d", "x"), ("mojibake",)),
        ("S\u00c3O PAULO, \u00c2ngelo", ()),
        ("perch\ufffd", ("lossy",)),
    ],
)
def test_odd_characters_are_flagged_and_kept(text: str, flags: tuple[str, ...]) -> None:
    assert odd_characters(text) == flags
    assert normalise(text) == text


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\u00a0\u200b\ufeff", "\u202e\u2060\u200d", *"\u115f\u1160\u3164\uffa0"]
)
def test_what_nobody_can_see_is_blank(text: str) -> None:
    assert is_blank(text)


def test_no_search_index_takes_endless_words_or_a_megabyte_of_different_ones() -> None:
    refuse_unsearchable("La Cina ha negato. " * 20_000)
    for text, reason in (
        ("a" * 70_000, "too_long_line"),
        (" ".join(f"parola{n}x" for n in range(90_000)), "too_large"),
    ):
        with pytest.raises(Refused) as refused:
            refuse_unsearchable(text)
        assert refused.value.reason == reason


def test_no_combining_mark_is_overlooked() -> None:
    assert not any(map(unicodedata.combining, map(chr, range(BEYOND_MARKS, sys.maxunicode + 1))))
