"""The reading machine: text in, findings with offsets out. It has never heard of Django."""

from claims.extraction.findings import Finding, KnownName, Mention, Span, Via

__all__ = ["Finding", "KnownName", "Mention", "Span", "Via"]
