"""How the desk's lists are ordered."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.db.models import Case, Count, F, IntegerField, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from claims.admin.filters import news_of
from claims.desk import queues


class NewsFirst(ChangeList):
    """Claims: published ones with new denials or admissions on top, then the newest."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> Any:
        claims = super().get_queryset(request, exclude_parameters)
        if exclude_parameters is not None:
            return claims  # only counted, for a facet
        news = queues.news_on_published_claims().order_by().filter(claim=OuterRef("pk"))
        counted = news.values("claim").annotate(n=Count("pk")).values("n")
        claims = claims.annotate(news_count=Coalesce(Subquery(counted, output_field=IntegerField()), 0))
        first = news_of(request) if ORDER_VAR not in self.params else []
        if not first:
            return claims
        place = Case(When(pk__in=first, then=Value(0)), default=Value(1), output_field=IntegerField())
        return claims.order_by(place, F("pk").desc())
