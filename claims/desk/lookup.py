"""Names completed while an editor types."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.http import HttpRequest, HttpResponse, JsonResponse

from claims import linking
from claims.desk.finding import NAMESAKES, clean
from claims.models import Speaker


class FindByName(AutocompleteJsonView):
    """The stock look-up, except that people and bodies are found by any name, best match first, and say why they are offered."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.term, self.model_admin, self.source_field, key = self.process_request(request)
        term = clean(self.term)
        if self.model_admin.model is not Speaker or not term:
            return super().get(request, *args, **kwargs)
        if not self.has_perm(request):
            return super().get(request, *args, **kwargs)
        offered = [
            {"id": str(getattr(each.speaker, key)), "text": offered_as(each)}
            for each in linking.candidates(term, limit=NAMESAKES)
        ]
        return JsonResponse({"results": offered, "pagination": {"more": False}})


def offered_as(candidate: linking.Candidate) -> str:
    """The name, and why it is offered where the words typed are not its own."""
    speaker = candidate.speaker
    about = speaker.description or speaker.get_kind_display()
    return f"{speaker.name} ({about})" + (f" · {candidate.reason}" if candidate.reason else "")
