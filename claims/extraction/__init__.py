"""The reading machine: text in, findings with offsets out. It has never heard of Django."""

from claims.extraction.findings import Finding, KnownName, Mention, Span, Via
from claims.extraction.mentions import Known
from claims.extraction.pipeline import extract

__all__ = ["Finding", "Known", "KnownName", "Mention", "Span", "Via", "extract"]
