"""`{% load remembered %}`: parts of pages that are the same for everybody, made once by each process and remembered.

Only what depends on nothing but the page's language and the words given may stand in them: menus, footers, the empty form. Nothing that
readers wrote, nothing from the database, no token.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from django import template
from django.forms import BoundField
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from claims.public.naming import page_language

register = template.Library()

# Parts of a few kilobytes, for each place in a template: pages × languages.
MOST_REMEMBERED = 100


class Remembered:
    """The last MOST_REMEMBERED texts by what they depend on."""

    def __init__(self) -> None:
        self._texts: OrderedDict[Hashable, SafeString] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], SafeString]) -> SafeString:
        text = self._texts.get(key)
        if text is None:
            text = make()
            with self._lock:
                self._texts[key] = text
                if len(self._texts) > MOST_REMEMBERED:
                    self._texts.popitem(last=False)
        return text


class SameForEverybody(template.Node):
    def __init__(self, nodelist: NodeList, words: list[FilterExpression]) -> None:
        self.nodelist = nodelist
        self.words = words
        self.remembered = Remembered()

    def render(self, context: template.Context) -> SafeString:
        key = (page_language(), *(str(word.resolve(context)) for word in self.words))
        return self.remembered.get(key, lambda: self.nodelist.render(context))


@register.tag
def same_for_everybody(parser: Parser, token: Token) -> SameForEverybody:
    """`{% same_for_everybody WORD… %}…{% end_same_for_everybody %}`: what stands between depends on the language and these words alone."""
    words = [parser.compile_filter(word) for word in token.split_contents()[1:]]
    nodelist = parser.parse(["end_same_for_everybody"])
    parser.delete_first_token()
    return SameForEverybody(nodelist, words)


_controls = Remembered()


@register.simple_tag
def control(field: BoundField, wide: bool = False) -> SafeString:
    """A field without choices, with its label and errors; remembered as long as nothing is written in it."""

    def make() -> SafeString:
        return render_to_string("public/_field.html", {"field": field, "wide": wide})

    if field.errors or field.value() not in (None, "", []):
        return make()
    return _controls.get((page_language(), type(field.form).__name__, field.html_name, wide), make)
