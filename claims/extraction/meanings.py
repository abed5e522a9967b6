"""What words by themselves do, whatever verb introduces them: deny ("non ci risulta"), admit ("it was our mistake"), take back, refuse, doubt.

The patterns stand in data/<language>.toml under [patterns].
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterator

from claims.extraction import countries
from claims.extraction.lexicon import Lexicon, word_set
from claims.extraction.sentences import Draft, Range
from claims.extraction.words import Words
from claims.vocabulary import Act

_PERFECT = {
    "en": word_set("has have had did does do is are was were been"),
    "it": word_set("ha hanno abbiamo ho aveva avevano è sono siamo era erano sta stanno stiamo c'è"),
}
_OWN = {
    "en": word_set("it they he she we i there our its their"),
    "it": word_set("noi io nostro nostri nostra nostre"),
}
NOT = {
    "en": word_set("not n't never no none neither nor"),
    "it": word_set("non mai nessun nessuno nessuna né"),
}
# Verbs with which a bare negation is more than said ("swore that no …").
_FORCEFUL = frozenset({"swear", "insist", "giurare", "insistere"})
_NOTHING = frozenset({"nothing", "not", "niente", "nulla"})
_NO_ONE = frozenset({"nessuna", "nessun", "nessuno", "mai", "never"})
_ITSELF = frozenset({"it", "he", "she", "they", "we"})
# What somebody wants, knows or will do is not denied.
_OF_WILL = word_set("would will could can should sure want know think believe going")
_DONE = {
    "en": re.compile(r"ed$|^(?:sent|sold|given|made|found|held|met|paid|lost|shot|taken|seen|hit|won)$"),
    "it": re.compile(r"[aiu]t[oaie]$|ess[oaie]$|^(?:presi|preso|presa|fatt[oaie]|dett[oaie])$"),
}
_DATIVES = word_set("al alla allo ai alle all' to agli")
_SAYS_NO = (["absolutely", "not"], ["certainly", "not"], ["of", "course", "not"], ["assolutamente", "no"])


def act_of_words(w: Words, lex: Lexicon, draft: Draft, before: list[Draft]) -> Act | None:
    """What is said may deny, refuse, doubt, confirm or warn although the verb only says "said"; None where it does nothing of these.

    `before`: the statements of the text so far.
    """
    first, last = draft.contents[0]
    tokens = [token for token in w.low[first:last] if token[0].isalnum()]
    if not tokens or draft.act == Act.CONFIRMS:
        return None
    turn = meaning(w, lex, (first, draft.contents[-1][1])) if draft.act != Act.ACCUSES else None
    if turn is not None and (turn != Act.ADMITS or draft.quoted or tokens[0] in _ITSELF):
        return turn
    if _is_called_false(lex, draft, tokens):
        return Act.DENIES
    if lex.patterns["no_comment"].search(" ".join(tokens[:6])):
        return Act.DECLINES
    if _refuses(draft, tokens):
        return Act.REFUSES
    if lex.patterns["doubting"].search(" ".join(tokens[:14])):
        return Act.DOUBTS
    if _says_no(w, lex, draft, tokens):
        return Act.DENIES
    if tokens in (["di", "sì"], ["di", "si"], ["che", "sì"]):
        asked = any(token in ("domanda", "chi") for token in w.low[draft.sentence[0] : draft.sentence[1]])
        return Act.ADMITS if asked else Act.CONFIRMS
    if len(tokens) == 1 and tokens[0] in lex.yes_words:
        return Act.CONFIRMS
    if (
        has_false(w, lex, (first, last))
        or _denies_for_itself(w, lex, draft)
        or _goes_on_denying(lex, draft, tokens, before)
    ):
        return Act.DENIES
    warns = (
        draft.act == Act.ASSERTS
        and not draft.belief
        and any(token in lex.consequence_words for token in tokens)
    )
    return Act.WARNS if warns else None


def meaning(w: Words, lex: Lexicon, content: Range) -> Act | None:
    """What the content by itself does: denies, admits or takes back; None where it says nothing of the kind."""
    first, last = content
    words = w.words(first, min(last, first + 60)).lower().replace("’", "'").replace("\xa0", " ")
    for name, act in (("taken_back", Act.RETRACTS), ("owned", Act.ADMITS), ("denied", Act.DENIES)):
        if lex.patterns[name].search(words):
            return act
    return None


def _is_called_false(lex: Lexicon, draft: Draft, tokens: list[str]) -> bool:
    """ "ha definito il rapporto «pura invenzione»"."""
    calls = draft.verb is not None and ("a" in draft.verb.frames or draft.rule.endswith("called"))
    return calls and any(token in lex.false_words for token in tokens)


def _refuses(draft: Draft, tokens: list[str]) -> bool:
    """ "no alla tregua", «Non negozieremo», “We will not …”."""
    if tokens[0] == "no" and len(tokens) > 1 and tokens[1] in _DATIVES:
        return True
    if not draft.quoted:
        return False
    if tokens[0] == "non" and len(tokens) > 1 and tokens[1].endswith("remo"):
        return True
    if tokens[:2] == ["noi", "non"] and len(tokens) > 2 and tokens[2].endswith(("remo", "rà")):
        return True
    return tokens[:3] in (["we", "will", "not"], ["we", "wo", "n't"], ["we", "wo", "n’t"])


def _says_no(w: Words, lex: Lexicon, draft: Draft, tokens: list[str]) -> bool:
    """ "No", "di no", "nothing of the kind", "absolutely not", "swore that no …", "Beijing: no aid sent"."""
    if tokens in (["di", "no"], ["che", "no"]) or tokens[:2] in _SAYS_NO:
        return True
    if _denies_with_force(lex, draft, tokens) or _denies_in_a_headline(lex, draft, tokens):
        return True
    if tokens[0] not in lex.no_words:
        return False
    first, last = draft.contents[0]
    if len(tokens) <= 8 and tokens[0] in _NOTHING:
        return True
    alone = len(tokens) <= 3 and len(draft.contents) == 1
    return alone or (draft.quoted and first + 1 < last and w.text[first + 1] in {",", "."})


def _denies_with_force(lex: Lexicon, draft: Draft, tokens: list[str]) -> bool:
    """ "swore that no centrifuge had been hidden", "insiste: «Non era nostro»": sworn or insisted that something is not so."""
    if draft.verb is None or draft.verb.lemma not in _FORCEFUL:
        return False
    begin = int(tokens[0] in ("that", "che", "di", "there"))
    opening = tokens[begin : begin + 4]
    return any(token in NOT[lex.language] for token in opening[:2]) and not any(
        token in lex.modals or token.endswith(("rà", "ranno", "rebbe", "remo")) for token in opening
    )


def _denies_in_a_headline(lex: Lexicon, draft: Draft, tokens: list[str]) -> bool:
    """ "Beijing: no lethal aid sent to Russia": that something was done is denied; "no deal without Kyiv" refuses."""
    if not draft.rule.startswith("colon") or tokens[0] not in ("no", "nessun", "nessuna"):
        return False
    done = _DONE[lex.language]
    return any(done.search(token) for token in tokens[2:6])


def has_false(w: Words, lex: Lexicon, content: Range) -> bool:
    """ "è falso", "these are lies", "fake news": the words call something untrue; "the false invoices" do not."""
    first, last = content
    for k in range(first, min(last, first + 16)):
        if w.low[k] not in lex.false_words:
            continue
        following = w.low[k + 1] if k + 1 < last else ""
        if k - first <= 1 and following in lex.claim_nouns:
            return True
        alone = not following or not w.is_word(k + 1) or following in _AFTER_FALSE
        if k - first <= 2 and last - first <= 14 and alone:
            return True
        if k > first and w.low[k - 1] in lex.be:
            return True
        linked = any(
            w.low[j] in lex.be or w.low[j] in _LINKS or (w.low[j] in lex.determiners and j == first)
            for j in range(max(first, k - 3), k)
        )
        if linked and (alone or following in lex.prepositions or following in lex.conjunctions):
            return True
    return False


# After a word like "false" these begin something else, or say what is false.
_AFTER_FALSE = word_set("che that news notizia e and la le il lo i the")
# Between what is called false and the word that calls it so.
_LINKS = word_set("as come si di them it this")


def _goes_on_denying(lex: Lexicon, draft: Draft, tokens: list[str], before: list[Draft]) -> bool:
    """ "Nessuno ha sparato"; "denied it, saying that no shot was fired": a negation in the same breath."""
    if tokens[0] in _NO_ONE or (tokens[0] == "no" and lex.language == "it" and len(tokens) <= 8):
        return True
    return (
        draft.kind == "gerund"
        and any(token in NOT[lex.language] for token in tokens)
        and any(each.act == Act.DENIES for each in _of_its_sentence(draft, before))
    )


def _of_its_sentence(draft: Draft, before: list[Draft]) -> Iterator[Draft]:
    """The statements of the same sentence so far, the last first."""
    return itertools.takewhile(lambda each: each.sentence == draft.sentence, reversed(before))


def _denies_for_itself(w: Words, lex: Lexicon, draft: Draft) -> bool:
    """ "said it had never sent arms", "ha detto di non aver chiesto aiuto": a negation about the speaker's own doing."""
    first, last = draft.contents[0]
    if any(token in lex.undeniable for token in w.low[first : min(last, first + 6)]):
        return False
    tokens = w.low[first : min(last, first + 9)]
    names = _names_of_countries(lex.language)
    after_article = len(tokens) > 2 and tokens[0] in lex.determiners and tokens[1] in names
    if tokens[0] in names or (after_article and tokens[2] in lex.auxiliaries | NOT[lex.language]):
        return _country_denies(w, lex, draft, tokens)
    return _says_it_did_not(tokens) if lex.language == "en" else _dice_di_no(tokens)


def _country_denies(w: Words, lex: Lexicon, draft: Draft, tokens: list[str]) -> bool:
    """ "China had never provided weapons", said by somebody who may speak for China."""
    negation = next((k for k, token in enumerate(tokens[:6]) if token in NOT[lex.language]), None)
    if negation is None or not any(token in _PERFECT[lex.language] for token in tokens[: negation + 2]):
        return False
    return "mai" in tokens or "never" in tokens or _may_speak_for(w, lex, draft, tokens)


def _says_it_did_not(tokens: list[str]) -> bool:
    """ "it has not sold any", "our troops were never there"."""
    if tokens[0] not in _OWN["en"]:
        return False
    negation = next((k for k, token in enumerate(tokens[:5]) if token in NOT["en"]), None)
    if negation is None or any(token in _OF_WILL for token in tokens[: negation + 3]):
        return False
    return any(token in _PERFECT["en"] for token in tokens[: negation + 1])


def _dice_di_no(tokens: list[str]) -> bool:
    """ "di non aver chiesto", «non abbiamo venduto», "noi non siamo", "mai stati a Kiev"."""
    following = tokens[1:4]
    if tokens[0] == "di":
        infinitive = tokens[2:4]
        wanted = any(token.startswith("voler") for token in infinitive)
        return (
            tokens[1:2] == ["non"]
            and not wanted
            and any(token.startswith(("aver", "esser")) for token in infinitive)
        )
    if tokens[0] == "non":
        if following[1:2] and following[1] in ("sarà", "saranno", "sarebbe", "sarebbero"):
            return False
        return bool(following) and (following[0] in _NON or "mai" in following)
    if tokens[0] in _OWN["it"] and "non" in tokens[:3]:
        return True
    if len(tokens) > 2 and tokens[1].startswith("nostr") and "non" in tokens[2:5]:
        return True
    return (
        tokens[0] in ("mai", "noi")
        and "mai" in tokens[:6]
        and any(token in _PERFECT["it"] for token in tokens[:5])
    )


# After "non": what we did or are, what there is.
_NON = word_set("abbiamo siamo stiamo ho c'è esiste esistono ci vi è risulta")


def _may_speak_for(w: Words, lex: Lexicon, draft: Draft, subject: list[str]) -> bool:
    """Whether the speaker holds an office and no other country is named with it."""
    if draft.speaker is None:
        return False
    words = w.low[draft.speaker[0] : draft.speaker[1]]
    if not any(token in lex.offices for token in words):
        return False
    forms = countries.load().forms(lex.language)
    about = {forms[token] for token in subject[:2] if token in forms}
    named = {forms[token] for token in words if token in forms}
    return not named or bool(named & about)


@functools.cache
def _names_of_countries(language: str) -> frozenset[str]:
    return frozenset(form for form in countries.load().forms(language) if " " not in form)
