"""The list of claims as most Django projects would write it: ListView, django-filter, a paginator, prefetch_related."""

from __future__ import annotations

import django_filters
from django.db.models import QuerySet
from django.urls import path
from django.views.generic import ListView

from claims.models import Claim


class PlainFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="text_en", lookup_expr="icontains")
    speaker = django_filters.CharFilter(
        field_name="positions__statement__speakers__speaker__name", lookup_expr="iexact", distinct=True
    )
    rating = django_filters.CharFilter(field_name="figures__rating")
    contest = django_filters.CharFilter(field_name="figures__contest")
    topic = django_filters.CharFilter(field_name="topic__slug")

    class Meta:
        model = Claim
        fields: list[str] = []


class PlainList(ListView):
    template_name = "plain.html"
    paginate_by = 20

    def get_queryset(self) -> QuerySet[Claim]:
        shown = (
            Claim.objects.filter(
                publication__in=["published", "under_review"],
                merged_into=None,
                figures__sort_at__isnull=False,
            )
            .select_related("figures", "topic")
            .prefetch_related("positions__statement__speakers__speaker")
            .order_by("-figures__sort_at", "-id")
        )
        self.filter = PlainFilter(self.request.GET, shown)
        return self.filter.qs

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        return super().get_context_data(filter=self.filter, **kwargs)


urlpatterns = [path("en/claims/", PlainList.as_view())]
