"""Files of an import, packed to be worked on elsewhere. Pure: bytes in, bytes out.

One JSON line with the names, sizes and refusals, then the bytes of all files, the whole compressed: articles shrink to a third,
and the database need not try.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sources.characters import Refused
from sources.incoming import Incoming

__all__ = ["MOST_BYTES", "MOST_FILES", "in_parcels", "pack", "unpack"]

# Of one parcel. A file that is larger than this alone is a parcel of its own.
MOST_FILES = 100
MOST_BYTES = 4 * 2**20
# Fast rather than tight.
LEVEL = 1


def in_parcels(files: Iterable[Incoming]) -> Iterator[list[Incoming]]:
    """The files in lots of one parcel each, in order."""
    lot: list[Incoming] = []
    size = 0
    for file in files:
        new = len(file.data) if isinstance(file.data, bytes) else 0
        if lot and (len(lot) == MOST_FILES or size + new > MOST_BYTES):
            yield lot
            lot, size = [], 0
        lot.append(file)
        size += new
    if lot:
        yield lot


def pack(files: Sequence[Incoming]) -> bytes:
    """Names may hold what no text may (a lone surrogate for a byte that is no UTF-8): JSON escapes it."""
    head: list[dict[str, Any]] = []
    bodies: list[bytes] = []
    for file in files:
        if isinstance(file.data, Refused):
            refused = [file.data.reason, file.data.sentence, file.data.skip]
            head.append({"name": file.name, "refused": refused})
        else:
            head.append({"name": file.name, "size": len(file.data)})
            bodies.append(file.data)
    packer = zlib.compressobj(LEVEL)
    parts = [
        packer.compress(json.dumps(head).encode() + b"\n"),
        *map(packer.compress, bodies),
        packer.flush(),
    ]
    return b"".join(parts)


def unpack(packed: bytes) -> Iterator[Incoming]:
    """What was packed, in order. Raises ValueError, zlib.error when it is damaged."""
    whole = zlib.decompress(packed)
    at = whole.index(b"\n") + 1
    for each in json.loads(whole[:at]):
        if "refused" in each:
            reason, sentence, skip = each["refused"]
            yield Incoming(each["name"], Refused(reason, sentence, skip=skip))
        else:
            yield Incoming(each["name"], whole[at : at + each["size"]])
            at += each["size"]
