"""Lists that cost the same whatever their length: counted up to a bound, turned over a bounded number of times, gone on by key.

COUNT(*), OFFSET and a sort by a column without an index grow with the table. So a list says "1000+", has at most PAGES pages, and
goes on from the last of them with the rows after its last line (`?from=KEY`), where pages begin anew.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ORDER_VAR, PAGE_VAR, ChangeList
from django.core.paginator import InvalidPage, Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from claims.desk.keys import is_key, key_in
from claims.desk.queues import claims_with_news

# So many rows are counted, and so many can be turned over without going on by key.
COUNTED = 1000
FROM_VAR = "from"


def counted(rows: QuerySet[Any], most: int) -> int:
    """How many there are, or `most`."""
    return rows.order_by().values("pk")[:most].count()


class Joined:
    """Two querysets one after the other, for a paginator: the few of the first, then the others."""

    def __init__(self, first: QuerySet[Any], others: QuerySet[Any], both: QuerySet[Any]) -> None:
        self.first, self.others, self.both = first, others, both

    def counted(self, most: int) -> int:
        return counted(self.both, most)

    def __getitem__(self, cut: slice) -> list[Any]:
        start, stop = cut.start or 0, cut.stop
        rows = list(self.first[start:stop])
        if len(rows) == stop - start:
            return rows
        n = start + len(rows) if rows or not start else self.first.count()
        return rows + list(self.others[max(0, start - n) : stop - n])


class CountedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts no further than COUNTED; `more` says whether there is more."""

    @cached_property
    def found(self) -> int:
        rows: Any = self.object_list
        return rows.counted(COUNTED + 1) if isinstance(rows, Joined) else counted(rows, COUNTED + 1)

    @cached_property
    def count(self) -> int:
        return min(self.found, COUNTED)

    @property
    def more(self) -> bool:
        return self.found > COUNTED


class BoundedList(ChangeList):
    """The list of a section. `onward`: the address of what follows its last page, when there is more; else empty."""

    onward = ""
    whole_list = ""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.begins_after = key_in(request.GET.get(FROM_VAR))
        super().__init__(request, *args, **kwargs)

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        for given in (self.params, self.filter_params):
            given.pop(FROM_VAR, None)  # a place in the list, as the page is, and no filter
        return super().get_queryset(request, exclude_parameters)

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Pages lie in the part of the list that is open; another filter, order or search begins anew."""
        if self.begins_after is not None and {PAGE_VAR, ALL_VAR} & set(new_params or {}):
            new_params = {FROM_VAR: self.begins_after, **new_params}
        return super().get_query_string(new_params, remove)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """By the section's own order, or by a column that it offers for sorting; other columns are not sorted by, whoever asks."""
        asked = self.params.get(ORDER_VAR)
        if asked and not all(self.sorts_by(part) for part in asked.split(".")):
            del self.params[ORDER_VAR]
        return super().get_ordering(request, queryset)

    def sorts_by(self, part: str) -> bool:
        place = part.removeprefix("-")
        within = is_key(place) and int(place) < len(self.list_display)
        return within and self.list_display[int(place)] in (self.sortable_by or ())

    def get_results(self, request: HttpRequest) -> None:
        order = self.own_order()
        if self.begins_after is not None:
            self.queryset = self.queryset.filter(self.after(self.begins_after, order))
        paginator: Any = self.model_admin.get_paginator(request, self.rows(request), self.list_per_page)
        self.result_count = paginator.count
        self.multi_page = self.result_count > self.list_per_page
        self.can_show_all = not paginator.more and self.result_count <= self.list_max_show_all
        try:
            page = paginator.page(1 if self.show_all and self.can_show_all else self.page_num)
        except InvalidPage as error:
            raise IncorrectLookupParameters from error
        everything = self.show_all and self.can_show_all
        self.result_list = list(
            paginator.object_list[: self.result_count] if everything else page.object_list
        )
        self.paginator = paginator
        self.show_full_result_count, self.full_result_count = False, None
        self.show_admin_actions = True
        if self.result_count and not self.is_popup and hasattr(self.model_admin, "whole_list"):
            self.whole_list = self.model_admin.whole_list(request)
        if paginator.more and order and self.page_num == paginator.num_pages:
            self.onward = self.get_query_string({FROM_VAR: self.result_list[-1].pk})

    def rows(self, request: HttpRequest) -> Any:
        """What is cut into pages."""
        return self.queryset

    def own_order(self) -> list[str]:
        """The order in which the list can go on by key: columns that are never empty, the key last; [] while it is sorted otherwise."""
        if ORDER_VAR in self.params:
            return []
        order = [str(name) for name in self.model_admin.ordering or self.lookup_opts.ordering or ()]
        order = [name.replace("id", "pk") if name in ("id", "-id") else name for name in order]
        fields = [self.lookup_opts.get_field(name.removeprefix("-")) for name in order[:-1]]
        goes_on = bool(order) and order[-1] in ("pk", "-pk") and not any(field.null for field in fields)
        return order if goes_on else []

    def after(self, key: int, order: list[str]) -> Q:
        """The rows that stand after row `key`; none after one that is not there."""
        names = [name.removeprefix("-") for name in order]
        row = self.model._default_manager.filter(pk=key).values_list(*names).first()
        if row is None or not order:
            return Q(pk__in=[])
        after, same = Q(), Q()
        for name, value in zip(order, row, strict=True):
            column = name.removeprefix("-")
            after |= same & Q(**{f"{column}__{'lt' if name.startswith('-') else 'gt'}": value})
            same &= Q(**{column: value})
        # Said once more as a bound on the first column: what an index is entered by.
        first = "lte" if order[0].startswith("-") else "gte"
        return after & Q(**{f"{names[0]}__{first}": row[0]})

    @property
    def more(self) -> bool:
        return bool(self.paginator.more)

    @property
    def from_the_beginning(self) -> str:
        return self.get_query_string()


class AtAnySize:
    """Mixin of a section: its list and its look-ups are bounded."""

    paginator: ClassVar[Any] = CountedPaginator
    show_full_result_count = False
    # Columns to sort by: those with an index, or of a table that stays small.
    sortable_by: ClassVar[Any] = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BoundedList


class NewsFirst(BoundedList):
    """Claims: published ones with new denials or admissions on top, then the newest."""

    def rows(self, request: HttpRequest) -> Any:
        if ORDER_VAR in self.params or self.begins_after is not None:
            ahead, others = self.queryset.none(), self.queryset
            if self.begins_after is not None and ORDER_VAR not in self.params:
                others = others.exclude(pk__in=claims_with_news())
            return Joined(ahead, others, others)
        first = claims_with_news()
        return Joined(self.queryset.filter(pk__in=first), self.queryset.exclude(pk__in=first), self.queryset)
