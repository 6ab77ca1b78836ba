"""Objects that stand in a file although no list of objects names them.

They belong to no revision, so a comparison of revisions does not see them; a reader that repairs files
by looking for objects may show them all the same.
"""

from __future__ import annotations

import re

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import PdfFileReader

_BLANKS = b"\x00\t\n\f\r "
_HEAD = re.compile(rb"(?<![0-9])([0-9]{1,10})[\x00\t\n\f\r ]+([0-9]{1,5})[\x00\t\n\f\r ]+obj(?![A-Za-z])")


def has_loose_objects(reader: PdfFileReader, start: int) -> bool:
    """Whether anything behind ``start`` begins like an object without being one of the file's."""
    revisions = range(reader.xrefs.total_revisions)
    tables = {reader.xrefs.get_xref_container_info(revision).start_location for revision in revisions}
    reader.stream.seek(start)
    data = reader.stream.read()
    for found in _HEAD.finditer(data):
        # Some programs list the end of the line before an object as its place.
        before = data[max(0, found.start() - 8) : found.start()]
        last = start + found.start()
        first = last - len(before) + len(before.rstrip(_BLANKS))
        if any(first <= place <= last for place in tables):
            continue
        reference = Reference(int(found[1]), int(found[2]), reader)
        places = (reader.xrefs.get_historical_ref(reference, revision) for revision in revisions)
        if not any(isinstance(place, int) and first <= place <= last for place in places):
            return True
    return False
