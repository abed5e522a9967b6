"""/export/: everything published as one zip, made while it is read."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from threading import BoundedSemaphore

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils import timezone

from claims.public.answers import for_machines, problem
from claims.public.data import LANGUAGES, origin_of
from claims.public.exports.cells import SEPARATORS
from claims.public.exports.zips import pieces

# An export takes as long as its reader takes, and every process has few threads: readers of pages must not wait for it.
_one_at_a_time = BoundedSemaphore(1)
SPELLED = {"tab": "\t", "comma": ",", "semicolon": ";", "bar": "|"}


class _Turn:
    """The pieces of an export, and its turn: given back when they end, or when nobody reads on."""

    def __init__(self, content: Iterator[bytes]) -> None:
        self._content = content
        self._is_over = False

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            return next(self._content)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if not self._is_over:
            self._is_over = True
            _one_at_a_time.release()


@for_machines
def export(request: HttpRequest) -> HttpResponseBase:
    """`?separator=` one of , ; | tab (or its name), `?language=` it or en. One export at a time in each process, else 503."""
    asked = request.GET.get("separator", ",")
    separator = SPELLED.get(asked, asked)
    language = request.GET.get("language", "en")
    errors = [
        {"parameter": name, "message": message}
        for name, is_right, message in (
            ("separator", separator in SEPARATORS, "One of comma, semicolon, tab, bar."),
            ("language", language in LANGUAGES, "it or en."),
        )
        if not is_right
    ]
    # As in the API: a misspelt name would otherwise hand out everything, in another shape than was meant.
    unknown = sorted(request.GET.keys() - {"separator", "language"})
    errors += [{"parameter": name, "message": "There is no such parameter here."} for name in unknown]
    if errors:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "A parameter could not be read.", errors=errors)
    now = timezone.now()
    content: Iterator[bytes] = iter(())
    if request.META["REQUEST_METHOD"] == "GET":
        if not _one_at_a_time.acquire(blocking=False):
            response = problem(
                HTTPStatus.SERVICE_UNAVAILABLE, "Another export is being made. Try again in a minute."
            )
            response["Retry-After"] = "60"
            return response
        content = _Turn(pieces(origin=origin_of(request), separator=separator, language=language, now=now))
    streamed = StreamingHttpResponse(content, content_type="application/zip")
    streamed["Content-Disposition"] = f'attachment; filename="claimtracker-{now:%Y-%m-%d}.zip"'
    streamed["Cache-Control"] = "no-store"
    streamed["X-Robots-Tag"] = "noindex"
    return streamed
