"""Words that name a day in Italian and English news, as patterns. dates.py reads them.

A blank in a pattern is any white space and an apostrophe is any apostrophe. Each form has a kind, which decides how its groups
are read. Forms stand longest first: at one place the first that fits is taken.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_YEAR = r"(?P<year>1[4-9]\d\d|20\d\d)"
_DAY = r"(?P<day>[12]\d|3[01]|0?[1-9])"
_OTHER_DAY = r"(?P<other_day>[12]\d|3[01]|0?[1-9])"
_ISO = ("iso", r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
_NUMERIC = ("numeric", r"(?P<first>\d{1,2})(?P<mark>[/.-])(?P<second>\d{1,2})(?P=mark)(?P<year>\d{4})")
_SLASHED = ("numeric", r"(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>\d\d)")

# A vague number is the fewest and the most that it may be.
Number = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Grammar:
    """How one language names days. Keys of `weekdays` and `months` are the first three letters.

    `offsets`: words for single days, as days from the day of publication. `not_after`: what stands before words that name a
    deadline, a beginning or a habit ("entro", "since"), `not_before`: what follows them ("prossimo", "'s"); either way nothing
    was said on that day. `anchors`: a text without one of these words names no day.
    """

    weekdays: Mapping[str, int]
    months: Mapping[str, int]
    numbers: Mapping[str, Number]
    units: Mapping[str, str]
    parts: Mapping[str, str]
    seasons: Mapping[str, str]
    offsets: Mapping[str, Number]
    more: frozenset[str]
    less: frozenset[str]
    day_first: bool
    last_may_be_nearer: bool
    forms: tuple[tuple[str, str], ...]
    not_after: str
    not_before: str
    habit: str
    anchors: frozenset[str]
    case_matters: bool
    shapes: tuple[tuple[str, re.Pattern[str]], ...] = field(init=False)
    anywhere: re.Pattern[str] = field(init=False)
    before: re.Pattern[str] = field(init=False)
    after: re.Pattern[str] = field(init=False)
    habitual: re.Pattern[str] = field(init=False)

    def __post_init__(self) -> None:
        nameless = (re.sub(r"\(\?P<\w+>", "(?:", form) for kind, form in self.forms if form != _NUMERIC[1])
        numeric = r"\d{1,2}/\d{1,2}/\d{4}|\d{1,2}\.\d{1,2}\.\d{4}|\d{1,2}-\d{1,2}-\d{4}"
        every = "|".join(f"(?:{form})" for form in (numeric, *nameless))
        for name, made in {
            "shapes": tuple((kind, re.compile(spaced(form), re.IGNORECASE)) for kind, form in self.forms),
            "anywhere": re.compile(f"(?:{spaced(every)})(?!\\w)", 0 if self.case_matters else re.IGNORECASE),
            "before": re.compile(rf"(?<!\w){spaced(self.not_after)}$", re.IGNORECASE),
            "after": re.compile(spaced(self.not_before)),
            "habitual": re.compile(rf"(?<!\w){spaced(self.habit)}$", re.IGNORECASE),
        }.items():
            object.__setattr__(self, name, made)


def spaced(form: str) -> str:
    return form.replace("'", "['’ʼ]").replace(" ?", r"\s*").replace(" ", r"\s+")


def _counted(words: str) -> dict[str, int]:
    return {word: number for number, word in enumerate(words.split(), start=1)}


def _any(words: Mapping[str, object]) -> str:
    return "|".join(sorted((re.escape(word).replace("\\ ", " ") for word in words), key=len, reverse=True))


def _anchors(*words: Mapping[str, object] | str) -> frozenset[str]:
    return frozenset(
        part for each in words for word in (each.split() if isinstance(each, str) else each) for part in word.split()
    )  # fmt: skip


# --- Italian ----------------------------------------------------------------------------------------------------------------

_DAYS_IT = {
    "lunedì": 0, "lunedi": 0, "martedì": 1, "martedi": 1, "mercoledì": 2, "mercoledi": 2, "giovedì": 3, "giovedi": 3,
    "venerdì": 4, "venerdi": 4, "sabato": 5, "domenica": 6,
}  # fmt: skip
_MONTHS_IT = _counted(
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"
)
_NUMBERS_IT: dict[str, Number] = {
    word: (number, number)
    for word, number in _counted(
        "un due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici diciassette"
        " diciotto diciannove venti"
    ).items()
} | {
    "uno": (1, 1), "una": (1, 1), "un'": (1, 1), "trenta": (30, 30), "quaranta": (40, 40), "cinquanta": (50, 50),
    "un paio di": (2, 3), "una decina di": (8, 12), "una quindicina di": (13, 17), "una ventina di": (17, 23),
    "qualche": (2, 9), "pochi": (2, 6), "poche": (2, 6), "alcuni": (2, 9), "alcune": (2, 9), "diversi": (3, 11),
    "diverse": (3, 11),
}  # fmt: skip
_UNITS_IT = {
    "minuto": "minute", "minuti": "minute", "ora": "hour", "ore": "hour", "giorno": "day", "giorni": "day",
    "settimana": "week", "settimane": "week", "mese": "month", "mesi": "month", "anno": "year", "anni": "year",
}  # fmt: skip
_SEASONS_IT = {"primavera": "spring", "estate": "summer", "autunno": "autumn", "inverno": "winter"}
_PERIODS_IT = f"fine settimana|weekend|week-end|settimana|mese|anno|{'|'.join(_SEASONS_IT)}"
_PARTS_IT = {
    "inizio": "early", "inizi": "early", "primi giorni": "early", "primi": "early", "prima metà": "first half",
    "seconda metà": "second half", "metà": "middle", "fine": "late", "finire": "late",
}  # fmt: skip
_OFFSETS_IT: dict[str, Number] = {
    "oggi": (0, 0), "stamattina": (0, 0), "stamani": (0, 0), "stamane": (0, 0), "stasera": (0, 0), "oggi pomeriggio": (0, 0),
    "questa mattina": (0, 0), "questo pomeriggio": (0, 0), "questa sera": (0, 0), "nella giornata di oggi": (0, 0),
    "stanotte": (-1, 0), "questa notte": (-1, 0), "nella notte": (-1, 0), "in queste ore": (-1, 0), "in questi giorni": (-7, 0),
    "ieri": (-1, -1), "ieri sera": (-1, -1), "ieri mattina": (-1, -1), "ieri pomeriggio": (-1, -1), "ieri notte": (-1, -1),
    "nella giornata di ieri": (-1, -1), "nella serata di ieri": (-1, -1), "l'altro ieri": (-2, -2), "l'altroieri": (-2, -2),
    "altroieri": (-2, -2), "ieri l'altro": (-2, -2), "avantieri": (-2, -2), "avant'ieri": (-2, -2),
}  # fmt: skip

_WEEKDAY_IT = rf"(?P<weekday>{_any(_DAYS_IT)})(?:(?<=i)')?(?: mattina| pomeriggio| sera| notte| in serata| in mattinata)?"
_ON_IT = r"(?:nella (?:giornata|serata|mattinata|notte|tarda serata) di )?"
_MONTH_IT = rf"(?P<month>{'|'.join(_MONTHS_IT)})"
_SHORT_IT = rf"(?P<month>{'|'.join(_MONTHS_IT)}|(?:gen|feb|mar|apr|mag|giu|lug|ago|sett?|ott|nov|dic)\.?)"
_DAY_IT = _DAY.replace("<day>", "<day>primo|") + "[°º]?"
_PART_IT = (
    r"(?:(?:a |all'|agli |ai |alla |la |l'|gli |nei |nella |verso (?:la |l'|gli )?|sul )?"
    rf"(?P<part>{_any(_PARTS_IT)}) (?:di |del |dell'|della |dello |d')?)"
)
_OF_YEAR_IT = rf"(?: (?:del |dell'anno )?{_YEAR}| (?P<last>scorso)| (?P<year_before>dello scorso anno|dell'anno scorso|dell'anno passato)| di quest'anno)"
_AGO_IT = (
    r"(?:(?P<about>poco più di|poco meno di|più di|meno di|oltre|quasi|circa|almeno|appena|solo) )?"
    rf"(?:(?P<number>\d{{1,3}}|{_any(_NUMBERS_IT)}) ?)?(?P<unit>{_any(_UNITS_IT)})"
)
_ART_IT = r"(?:la |lo |l'|il |nella |nello |nell'|nel |della |dello |dell'|del |in )?"

ITALIAN = Grammar(
    weekdays={word[:3]: number for word, number in _DAYS_IT.items()},
    months={word[:3]: number for word, number in _MONTHS_IT.items()},
    numbers=_NUMBERS_IT,
    units=_UNITS_IT,
    parts=_PARTS_IT,
    seasons=_SEASONS_IT,
    offsets=_OFFSETS_IT,
    more=frozenset({"oltre", "più di", "poco più di", "almeno"}),
    less=frozenset({"quasi", "meno di", "poco meno di"}),
    day_first=True,
    last_may_be_nearer=False,
    forms=(
        _ISO,
        _NUMERIC,
        _SLASHED,
        (
            "days",
            rf"(?:dal |tra il |fra il |il )?{_DAY}(?: ?[-–] ?| al | e il | e ){_OTHER_DAY} {_MONTH_IT}{_OF_YEAR_IT}?",
        ),
        (
            "day",
            rf"(?:(?:il )?{_ON_IT}{_WEEKDAY_IT},? )?(?:il giorno |il |l'|lo )?(?:(?P<just>scorso) )?{_DAY_IT} {_SHORT_IT}{_OF_YEAR_IT}?",
        ),
        (
            "date",
            rf"(?:il |l'|lo )?(?:scorso {_DAY}|{_DAY.replace('<day>', '<same_day>')} (?:scorso|u\.s\.))",
        ),
        ("month", rf"{_PART_IT}(?:mese di )?{_MONTH_IT}{_OF_YEAR_IT}?"),
        ("month", rf"(?:(?:a|in|nel|nel mese di|del mese di) )?{_MONTH_IT}{_OF_YEAR_IT}"),
        (
            "month",
            rf"(?:a|in|nel mese di|del mese di|(?:lo |nello |il )?(?P<last>scorso)(?: mese di)?) {_MONTH_IT}",
        ),
        ("period", rf"{_PART_IT}?{_ART_IT}(?P<last>scors[oa]|passat[oa]) (?P<unit>{_PERIODS_IT})"),
        ("period", rf"{_PART_IT}?{_ART_IT}(?P<unit>{_PERIODS_IT}) (?P<last>scors[oa]|passat[oa])"),
        (
            "period",
            rf"{_PART_IT}?(?:in |di |nel corso di |durante )?(?P<this>quest)(?:[oa] |')(?P<unit>{_PERIODS_IT})",
        ),
        ("period", rf"{_PART_IT}(?P<unit>settimana|mese|anno)"),
        ("period", r"(?:nel|durante il|nel corso del) (?P<unit>fine settimana|weekend|week-end)"),
        ("decade", r"(?:negli |nei primi |alla fine degli )anni '?(?P<decade>[3-9])0"),
        ("year", rf"{_PART_IT}{_YEAR}"),
        ("year", rf"(?:nel corso del|nell'anno|durante il|nel) {_YEAR}"),
        ("ago", rf"{_AGO_IT} (?:fa|or sono)"),
        (
            "recent",
            r"(?:nel corso dell'|nell'|dell')ultim[oa] (?P<single>ora|settimana|mese|anno)",
        ),
        (
            "recent",
            rf"(?:nei|nelle|negli|durante gli|durante le|nel corso degli|nel corso delle|degli|delle|dei) (?:ultim|scors|recent|passat)[ieoa] (?:(?P<number>\d{{1,3}}|{_any(_NUMBERS_IT)}) )?(?P<unit>{_any(_UNITS_IT)})",
        ),
        (
            "recent",
            r"(?:nei|nelle|negli|dei|delle|degli) (?P<unit>giorni|settimane|mesi|anni|ore) (?:scorsi|scorse|passati|passate|recenti)",
        ),
        (
            "event",
            rf"(?:il |la |l'|lo )?{_AGO_IT} (?:prima|dopo|più tardi|precedente|seguente|successiv[oa])",
        ),
        ("offset", rf"(?P<offset>{_any(_OFFSETS_IT)})"),
        ("weekday", rf"(?:lo |la |nello |nella )?(?P<last>scors[oa]|passat[oa]) {_WEEKDAY_IT}"),
        ("weekday", rf"{_ON_IT}{_WEEKDAY_IT}(?: (?P<last>scors[oa]|passat[oa]|u\.s\.))?"),
        ("event", r"(?:di recente|recentemente|poco fa|tempo fa|poche ore fa|in passato)"),
    ),
    not_after=(
        r"(?:entro|(?:fino|sino) (?:a|al|all'|alla|ai)|dal|dall'|dai|dagli|dalla|dalle|da|a partire|prima (?:di|del|dell'|della)"
        r"|dopo|oltre|per|prossim[aeio]|ogni|alla vigilia (?:di|del|dell')) ?"
    ),
    not_before=r" (?:prossim|success|seguent|venturo)",
    habit=r"(?:il|la|i|le|ogni|di ogni|tutti i|tutte le) ",
    anchors=_anchors(
        _DAYS_IT,
        " ".join(_MONTHS_IT),
        "gen feb mar apr mag giu lug ago set sett ott nov dic fa sono settimana mese anno weekend week estate autunno inverno"
        " primavera scorsi scorse scorso scorsa passati passate recenti ultimi ultime ultimo ultima ieri oggi stamattina stamani"
        " stamane stasera stanotte questa questo queste questi notte altroieri avantieri avant anni recente recentemente passato"
        " prima dopo precedente seguente successivo successiva u",
    ),
    case_matters=False,
)

# --- English ----------------------------------------------------------------------------------------------------------------

_DAYS_EN = _counted("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_MONTHS_EN = _counted("January February March April May June July August September October November December")
_NUMBERS_EN: dict[str, Number] = {
    word: (number, number)
    for word, number in _counted(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen"
        " nineteen twenty"
    ).items()
} | {
    "a": (1, 1), "an": (1, 1), "thirty": (30, 30), "forty": (40, 40), "fifty": (50, 50), "a couple of": (2, 3),
    "a dozen": (12, 12), "a few": (2, 6), "few": (2, 6), "several": (3, 11), "some": (2, 9), "many": (5, 20),
}  # fmt: skip
_UNITS_EN = {
    word + ending: word for word in ("minute", "hour", "day", "week", "month", "year") for ending in ("s", "")
}
_SEASONS_EN = {
    "spring": "spring",
    "summer": "summer",
    "autumn": "autumn",
    "fall": "autumn",
    "winter": "winter",
}
_PERIODS_EN = f"weekend|week|month|year|{'|'.join(_SEASONS_EN)}"
_PARTS_EN = {
    "early": "early", "the beginning": "early", "the start": "early", "mid": "middle", "the middle": "middle", "late": "late",
    "the end": "late", "the first half": "first half", "the second half": "second half",
}  # fmt: skip
_OFFSETS_EN: dict[str, Number] = {
    "today": (0, 0), "earlier today": (0, 0), "this morning": (0, 0), "this afternoon": (0, 0), "this evening": (0, 0),
    "tonight": (0, 0), "yesterday": (-1, -1), "yesterday morning": (-1, -1), "yesterday afternoon": (-1, -1),
    "yesterday evening": (-1, -1), "last night": (-1, -1), "overnight": (-1, 0), "the day before yesterday": (-2, -2),
}  # fmt: skip

_UPPER_EN = "|".join(f"{day}|{day.upper()}" for day in _DAYS_EN)
_WEEKDAY_EN = rf"(?P<weekday>{_UPPER_EN})(?: morning| afternoon| evening| night)?"
_ON_EN = r"(?:[Ll]ate on |[Ee]arly on |[Ll]ate |[Ee]arly |[Oo]n )?"
_MONTH_EN = "(?P<month>" + "|".join(f"{month}|{month.upper()}" for month in _MONTHS_EN) + ")"
_SHORT_EN = _MONTH_EN.replace(
    "(?P<month>", r"(?P<month>(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)(?:\.|\b(?!\w))|"
)
_DAY_EN = _DAY + "(?:st|nd|rd|th)?"
_OF_YEAR_EN = rf"(?:,? (?:of )?{_YEAR}| (?:of )?(?P<year_before>last year)| (?:of )?this year)"
_PART_EN = r"(?:(?:[Ii]n |[Aa]t )?(?P<part>[Ee]arly|[Mm]id|[Ll]ate|the (?:beginning|start|middle|end|first half|second half))(?: of |-| ))"
_AGO_EN = (
    r"(?:(?P<about>[Mm]ore than|[Ll]ess than|[Oo]ver|[Nn]early|[Aa]lmost|[Aa]bout|[Aa]round|[Aa]t least|[Rr]oughly|[Ss]ome|[Jj]ust|[Oo]nly) )?"
    rf"(?:(?P<number>\d{{1,3}}|{_any(_NUMBERS_EN | {word.capitalize(): 0 for word in _NUMBERS_EN})}) )?(?P<unit>{_any(_UNITS_EN)})"
)

ENGLISH = Grammar(
    weekdays={word[:3].lower(): number - 1 for word, number in _DAYS_EN.items()},
    months={word[:3].lower(): number for word, number in _MONTHS_EN.items()},
    numbers=_NUMBERS_EN,
    units=_UNITS_EN,
    parts=_PARTS_EN,
    seasons=_SEASONS_EN,
    offsets=_OFFSETS_EN,
    more=frozenset({"more than", "over", "at least"}),
    less=frozenset({"nearly", "almost", "less than"}),
    day_first=False,
    last_may_be_nearer=True,
    forms=(
        _ISO,
        _NUMERIC,
        _SLASHED,
        (
            "days",
            rf"(?:[Oo]n |[Bb]etween )?{_MONTH_EN} {_DAY}(?: ?[-–] ?| and | to ){_OTHER_DAY}{_OF_YEAR_EN}?",
        ),
        (
            "days",
            rf"(?:[Oo]n |[Bb]etween )?(?:the )?{_DAY}(?: ?[-–] ?| and | to ){_OTHER_DAY} {_MONTH_EN}{_OF_YEAR_EN}?",
        ),
        (
            "day",
            rf"(?:{_ON_EN}{_WEEKDAY_EN},? )?(?:[Oo]n )?(?:(?P<last>[Ll]ast) )?{_SHORT_EN} {_DAY_EN}{_OF_YEAR_EN}?",
        ),
        (
            "day",
            rf"(?:{_ON_EN}{_WEEKDAY_EN},? )?(?:[Oo]n )?(?:the )?{_DAY_EN}(?: of)? {_SHORT_EN}{_OF_YEAR_EN}?",
        ),
        ("month", rf"{_PART_EN}{_MONTH_EN}{_OF_YEAR_EN}?"),
        ("month", rf"(?:(?:[Ii]n|[Dd]uring|[Ee]arlier in) )?{_MONTH_EN}{_OF_YEAR_EN}"),
        ("month", rf"(?:[Ii]n|[Dd]uring|[Ee]arlier in|[Tt]his|(?P<last>[Ll]ast|[Tt]his past)) {_MONTH_EN}"),
        (
            "period",
            rf"(?:{_PART_EN}|[Ee]arlier )?(?:(?P<last>[Ll]ast|[Tt]his past)|(?P<this>[Tt]his)) (?P<unit>{_PERIODS_EN})",
        ),
        (
            "period",
            r"(?:[Ee]arlier in|[Aa]t (?P<part>the (?:beginning|start|end)) of) the (?P<unit>week|month|year)",
        ),
        ("period", r"(?:[Oo]ver|[Aa]t|[Dd]uring|[Oo]n) the (?P<unit>weekend)"),
        ("decade", r"[Ii]n the (?:early |late |mid-)?19(?P<decade>\d)0s"),
        ("year", rf"{_PART_EN}{_YEAR}"),
        ("year", rf"(?:[Ii]n|[Dd]uring|[Bb]ack in) {_YEAR}"),
        ("ago", rf"{_AGO_EN} ago"),
        (
            "recent",
            r"(?:[Ii]n|[Oo]ver|[Dd]uring|[Ww]ithin) the (?:last|past) (?P<single>hour|day|week|month|year)",
        ),
        (
            "recent",
            rf"(?:[Ii]n|[Oo]ver|[Dd]uring|[Ww]ithin) (?:the )?(?:last|past|recent) (?:(?P<number>\d{{1,3}}|{_any(_NUMBERS_EN)}) )?(?P<unit>{_any(_UNITS_EN)})",
        ),
        ("event", rf"{_AGO_EN} (?:earlier|later|before|after|prior)(?! yesterday)"),
        (
            "event",
            r"[Tt]he (?:previous|following|next|same) (?:day|week|month|year)|[Tt]he (?:day|week|month|year) (?:before|after)(?! yesterday)",
        ),
        ("offset", rf"(?P<offset>{_any(_OFFSETS_EN | {word.capitalize(): 0 for word in _OFFSETS_EN})})"),
        ("weekday", rf"(?:[Oo]n )?(?P<last>[Ll]ast) {_WEEKDAY_EN}"),
        ("weekday", rf"{_ON_EN}(?:[Tt]his )?{_WEEKDAY_EN}"),
        ("event", r"[Rr]ecently|[Ll]ately|[Ii]n the past"),
    ),
    not_after=(
        r"(?:by|[Uu]ntil|till|[Ss]ince|[Bb]efore|[Aa]fter|[Ff]rom|[Ss]tarting|[Bb]eginning|[Aa]s of|for|through|to|next|coming"
        r"|[Ee]very|[Ee]ach|following|[Ll]ater|ahead of|scheduled|due|Good|Black|Ash|Super|Bloody|USA|Russia) "
    ),
    not_before=r"'?s\b",
    habit=r"(?:on|every|each) ",
    anchors=_anchors(
        " ".join(_DAYS_EN).lower(),
        " ".join(_MONTHS_EN).lower(),
        _UNITS_EN,
        "jan feb mar apr jun jul aug sep sept oct nov dec ago last past recent weekend spring summer autumn fall winter today"
        " tonight yesterday overnight morning afternoon evening night earlier later before after previous following next same"
        " recently lately 1930s 1940s 1950s 1960s 1970s 1980s 1990s",
    ),
    case_matters=True,
)

GRAMMARS: Mapping[str, Grammar] = {"it": ITALIAN, "en": ENGLISH}
