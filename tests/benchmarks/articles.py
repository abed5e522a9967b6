"""Articles that nobody wrote, to measure importing and reading with: the same text for the same number, no two alike.

Half are Italian, half English: a title and some twenty sentences, two in five of which credit somebody with words, as often as in the
articles that the machine was tried on. One word in twelve is from a long tail of names and terms, so that no cache of words knows them
all: after a thousand articles every article still brings some ten new ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from itertools import accumulate
from pathlib import Path

__all__ = ["article", "sharing", "write"]

SENTENCES = (15, 28)
# Different words of the tail; the hundredth is met a hundred times less often than the first.
TAIL = 120_000
# Paragraphs that the articles of `sharing` are put together from, and how many each takes.
POOL, TAKEN = 240, 6

_SYLLABLES = [a + b for a in (*"bcdfglmnprstvz", "br", "tr", "st", "pr") for b in "aeiou"]

_NOUNS = {
    "it": """accordo acquisto aiuto allarme ambasciata analisi archivio assemblea assegno aula autobus avvocato azienda banca bandiera base
    battaglia bilancio biblioteca blocco bosco cantiere carico caserma catena centrale chiesa cifra città collina colonna comitato comune
    condanna confine consegna consiglio contratto convoglio corridoio corte costa crisi danno data debito delegazione deposito deputato
    dibattito difesa diga direttore discussione distretto documento dogana dossier edificio elezione energia episodio equipaggio errore
    esame esercito fabbrica famiglia ferrovia filiale finestra fiume folla fondo fornitura frontiera fuga funzione gara gasdotto generale
    giornata governo grano gruppo guerra impianto incontro indagine inflazione inverno isola lago lavoro legge lettera linea lista luce
    magazzino mandato mare mattina mercato messaggio miniera ministero missione montagna motore municipio nave negozio notte numero offerta
    ospedale ospite palazzo parlamento partito passo pensione perdita piano piazza ponte popolazione porto posto prezzo prigione processo
    produzione progetto protesta prova provincia quartiere questione radio rapporto regione registro rete ricerca riforma riserva riunione
    rotta scuola segreto seduta senato serata servizio settore siccità sindacato società soldato spesa spiaggia squadra stampa statistica
    strada struttura studio tariffa tassa telefono tempo terreno testo torre traffico trattato treno tribunale ufficio unità valle vendita
    verbale viaggio villaggio visita volo voto zona""",
    "en": """agreement purchase aid alarm embassy analysis archive assembly cheque chamber bus lawyer company bank flag base battle budget library
    blockade forest site cargo barracks chain plant church figure city hill column committee council conviction border delivery board contract
    convoy corridor court coast crisis damage date debt delegation depot deputy debate defence dam director discussion district document customs
    dossier building election energy episode crew error exam army factory family railway branch window river crowd fund supply frontier escape
    function race pipeline general day government grain group war facility meeting inquiry inflation winter island lake work law letter line list
    light warehouse mandate sea morning market message mine ministry mission mountain engine hall ship shop night number offer hospital guest
    palace parliament party step pension loss plan square bridge population port place price prison trial production project protest test province
    quarter question radio report region register network search reform reserve gathering route school secret session senate evening service
    sector drought union society soldier expense beach team press statistic road structure study tariff tax telephone time ground text tower
    traffic treaty train tribunal office unit valley sale record journey village visit flight vote zone""",
}
_ADJECTIVES = {
    "it": """agricole anonime antiche brevi centrali civili comunali costiere decisive difficili doganali economiche elettriche enormi esterne
    familiari federali finanziarie forti generali gravi industriali interne invernali lente locali lunghe marittime militari nazionali navali
    notturne nuove parziali pesanti popolari private provinciali pubbliche rapide recenti regionali riservate rurali segrete settimanali
    straniere tecniche urbane urgenti vecchie vicine""",
    "en": """agricultural anonymous ancient brief central civil municipal coastal decisive difficult electric economic huge external familiar
    federal financial strong general grave industrial internal winter slow local long maritime military national naval nightly new partial heavy
    popular private provincial public rapid recent regional confidential rural secret weekly foreign technical urban urgent old nearby""",
}
_VERBS = {
    "it": """aperto bloccato cambiato chiuso comprato consegnato costruito demolito deviato discusso esaminato esportato finanziato firmato fornito
    fotografato gestito importato lasciato misurato modificato occupato ottenuto pagato perso prodotto protetto raggiunto registrato riaperto
    riparato sequestrato spostato trasferito usato venduto visitato votato""",
    "en": """opened blocked changed closed bought delivered built demolished diverted discussed examined exported financed signed supplied
    photographed managed imported left measured modified occupied obtained paid lost produced protected reached registered reopened repaired
    seized moved transferred used sold visited approved""",
}
_MONTHS = {
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "en": "January February March April May June July August September October November December",
}
_DAYS = {
    "it": "lunedì martedì mercoledì giovedì venerdì sabato domenica",
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
}
_OFFICES = {
    "it": [
        "il portavoce del ministero della Difesa", "la portavoce del governo", "il ministro degli Esteri", "il sindaco", "la presidente della regione",
        "il direttore dell'impianto", "il segretario del sindacato", "l'ambasciatore", "la commissaria", "il capo della polizia",
    ],
    "en": [
        "the spokesman for the defence ministry", "the government spokeswoman", "the foreign minister", "the mayor", "the regional president",
        "the plant's director", "the union's secretary", "the ambassador", "the commissioner", "the police chief",
    ],
}  # fmt: skip
# What makes most sentences longer.
_MORE = {
    "it": [
        ", mentre il {n} di {Name} restava senza {n} e senza {n} {a}", ", a {num} metri dalla vecchia {n} e lontano dal {n} {t}",
        ", un {n} che nel {y} aveva {v} la {n} e due {n} {a}", ", con una {n} {a}, un {n} e {small} {n} di {Name}",
    ],
    "en": [
        ", while the {n} of {Name} was left without a {n} or any {a} {n}", ", {num} metres from the old {n} and far from the {t} {n}",
        ", a {n} that in {y} had {v} the {n} and two {a} {n}", ", with a {a} {n}, a {n} and {small} {n} from {Name}",
    ],
}  # fmt: skip
# What tells something, and what credits somebody with it. {w}: a whole clause; {who}: who speaks; {t}: a word of the tail.
_TELLS = {
    "it": [
        "La {n} di {Name} ha {v} una {n} {a} vicino alla {n} {day} mattina.", "Nel {month} {y} la {n} {a} di {Name} è stata {v} due volte.",
        "Davanti alla {n} si sono riunite circa {num} persone, con {n} e {n} {t}.", "Il costo della {n}, {num} milioni di euro, è cresciuto del {pc} per cento.",
        "{Name} e {Name} confinano con la {n} {a}, dove passa il {n} {t}.", "Dopo la {n}, il {n} di {Name} è rimasto chiuso per {small} giorni.",
        "La {n} {t} comprende {small} {n}, una {n} {a} e un {n}.", "Per la {n} servono ancora {num} tonnellate di {t}, oltre al {n} {a}.",
        "Il {small} {month} il {n} della {n} {a} era stato {v} a {Name}.", "Tra {Name} e la {n} corre una {n} lunga {num} chilometri.",
    ],
    "en": [
        "The {n} in {Name} {v} a {a} {n} near the {n} on {day} morning.", "In {month} {y} the {a} {n} of {Name} was {v} twice.",
        "About {num} people gathered outside the {n}, with a {n} and a {t} {n}.", "The cost of the {n}, {num} million euros, rose by {pc} percent.",
        "{Name} and {Name} border on the {a} {n}, where the {t} {n} runs.", "After the {n}, the {n} of {Name} stayed shut for {small} days.",
        "The {t} {n} has {small} parts, a {a} {n} and a {n}.", "For the {n} another {num} tonnes of {t} are needed, besides the {a} {n}.",
        "On {small} {month} the {n} of the {a} {n} had been {v} in {Name}.", "Between {Name} and the {n} runs a {n} {num} kilometres long.",
    ],
}  # fmt: skip
_CLAUSES = {
    "it": [
        "la {n} di {Name} è stata {v} dalla {n} {a}", "il {n} non ha mai {v} la {n} {t}", "{num} {n} sono state {v} dopo la {n}",
        "nessuno ha {v} il {n} di {Name}", "la {n} {a} costerà {num} milioni", "il {n} sarà {v} entro {month}",
    ],
    "en": [
        "the {n} in {Name} was {v} by the {a} {n}", "the {n} never {v} the {t} {n}", "{num} people had {v} the {n} after the {n}",
        "nobody {v} the {n} of {Name}", "the {a} {n} will cost {num} million", "the {n} will be {v} by {month}",
    ],
}  # fmt: skip
_CREDITS = {
    "it": [
        "{Who} ha detto che {w}.", "«{W}», ha dichiarato {who}.", "Secondo {who}, {w}.", "{Who} ha aggiunto: «{W}, e {w}».",
        "“{W}”, ha spiegato {who} {day}.", "{Who} ha annunciato che {w}.", "Come riferisce {who}, {w}.",
        "{Who} ha accusato {Name} di avere {v} la {n}.", "{Who} ha chiesto se {w}.", "{Who} non ha commentato la {n}.",
    ],
    "en": [
        "{Who} said that {w}.", "“{W},” said {who}.", "According to {who}, {w}.", "{Who} added: “{W}, and {w}.”",
        "“{W},” {who} told reporters on {day}.", "{Who} announced that {w}.", "As {who} put it, {w}.",
        "{Who} accused {Name} of having {v} the {n}.", "{Who} asked whether {w}.", "{Who} declined to comment on the {n}.",
    ],
}  # fmt: skip
# One in six of them.
_TURNS = {
    "it": [
        "{Who} ha negato che {w}.", "{Who} ha ammesso che {w}.", "{Who} ha smentito che {w}, definendo falsa la notizia.",
        "A {Name} {who} ha ribadito che {w}, dopo averlo negato.",
    ],
    "en": [
        "{Who} denied that {w}.", "{Who} admitted that {w}.", "{Who} rejected the claim that {w}, calling it false.",
        "In {Name}, {who} repeated that {w}, having denied it before.",
    ],
}  # fmt: skip


@cache
def _words(kind: str, language: str) -> list[str]:
    lists = {"n": _NOUNS, "a": _ADJECTIVES, "v": _VERBS, "month": _MONTHS, "day": _DAYS}
    return lists[kind][language].split()


@cache
def _tail() -> list[float]:
    return list(accumulate(1 / (rank + 30) ** 0.8 for rank in range(TAIL)))


class _Writer:
    """Words and sentences of one text."""

    def __init__(self, chance: random.Random, language: str) -> None:
        self.chance, self.language = chance, language

    def rare(self) -> str:
        """A word of the long tail."""
        number = self.chance.choices(range(TAIL), cum_weights=_tail())[0] + len(_SYLLABLES)
        word = ""
        while number:
            number, syllable = divmod(number, len(_SYLLABLES))
            word += _SYLLABLES[syllable]
        return word + ("" if self.language == "it" else self.chance.choice("nrst"))

    def name(self) -> str:
        return self.rare().capitalize()

    def who(self) -> str:
        office = self.chance.choice(_OFFICES[self.language])
        person = f"{self.name()} {self.name()}"
        return self.chance.choice([f"{office}, {person}", f"{office} {person}", person, office])

    def fill(self, pattern: str) -> str:
        """The pattern with other words each time."""
        made = []
        for piece in pattern.replace("}", "{").split("{"):
            made.append(piece if len(made) % 2 == 0 else self._word(piece))
        return "".join(made)

    def _word(self, kind: str) -> str:
        if kind in ("w", "who", "W", "Who"):
            words = (
                self.who()
                if kind.lower() == "who"
                else self.fill(self.chance.choice(_CLAUSES[self.language]))
            )
            return words[0].upper() + words[1:] if kind[0].isupper() else words
        if kind in ("num", "small", "pc", "y"):
            return str(
                self.chance.randint(
                    *{"num": (12, 9_000), "small": (2, 28), "pc": (1, 40), "y": (2014, 2025)}[kind]
                )
            )
        if kind == "Name":
            return self.name()
        return self.rare() if kind == "t" else self.chance.choice(_words(kind, self.language))

    def sentence(self) -> str:
        dice = self.chance.random()
        kind = _TURNS if dice < 0.065 else _CREDITS if dice < 0.4 else _TELLS
        words = self.fill(self.chance.choice(kind[self.language]))
        if self.chance.random() < 0.75 and words.endswith("."):
            words = words[:-1] + self.fill(self.chance.choice(_MORE[self.language])) + "."
        return words

    def paragraph(self, sentences: int) -> str:
        return " ".join(self.sentence() for _each in range(sentences))

    def article(self, paragraphs: list[str]) -> str:
        title = self.fill("{n} {a}, {Name} {v} {n}" if self.language == "it" else "{Name} {v} {a} {n}")
        return "\n\n".join([title[0].upper() + title[1:], *paragraphs]) + "\n"


def article(number: int) -> tuple[str, str]:
    """Language and text of an article that shares no sentence with the others."""
    language = "it" if number % 2 else "en"
    writer = _Writer(random.Random(f"article {number}"), language)
    left = writer.chance.randint(*SENTENCES)
    paragraphs = []
    while left > 0:
        size = min(left, writer.chance.randint(1, 4))
        paragraphs.append(writer.paragraph(size))
        left -= size
    return language, writer.article(paragraphs)


def lines(number: int, count: int) -> list[str]:
    """So many English sentences of an article of their own, none longer than a few hundred letters."""
    writer = _Writer(random.Random(f"lines {number}"), "en")
    return [writer.sentence() for _each in range(count)]


@cache
def _paragraph(number: int, language: str) -> str:
    return _Writer(random.Random(f"paragraph {number} {language}"), language).paragraph(4)


def sharing(number: int) -> tuple[str, str]:
    """Language and text of an article all of whose paragraphs stand in many others too."""
    language = "it" if number % 2 else "en"
    writer = _Writer(random.Random(f"sharing {number}"), language)
    taken = writer.chance.sample(range(POOL), TAKEN)
    return language, writer.article([_paragraph(each, language) for each in taken])


def texts(count: int, *, shared: bool = False) -> Iterator[tuple[str, str]]:
    """Languages and texts of the first `count` articles."""
    return map(sharing if shared else article, range(count))


def write(folder: Path, count: int, *, shared: bool = False) -> Path:
    """The first `count` articles as files of a folder, which is made; returns the folder."""
    folder.mkdir(parents=True)
    for number, (language, text) in enumerate(texts(count, shared=shared)):
        (folder / f"{number:06}-{language}.txt").write_text(text, encoding="utf-8")
    return folder
