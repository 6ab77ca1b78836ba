"""Objects that stand in a file although no list of objects names them.

They belong to no revision, so a comparison of revisions does not see them; a reader that repairs files
by looking for objects may show them all the same.
"""

from __future__ import annotations

import re

from pyhanko.pdf_utils.generic import Reference
from pyhanko.pdf_utils.reader import PdfFileReader

_HEAD = re.compile(rb"(?<![0-9])([0-9]{1,10})[\x00\t\n\f\r ]+([0-9]{1,5})[\x00\t\n\f\r ]+obj(?![A-Za-z])")


def has_loose_objects(reader: PdfFileReader, start: int) -> bool:
    """Whether anything behind ``start`` begins like an object without being one of the file's."""
    revisions = range(reader.xrefs.total_revisions)
    tables = {reader.xrefs.get_xref_container_info(revision).start_location for revision in revisions}
    reader.stream.seek(start)
    for found in _HEAD.finditer(reader.stream.read()):
        offset = start + found.start()
        if offset in tables:
            continue
        reference = Reference(int(found[1]), int(found[2]), reader)
        if not any(reader.xrefs.get_historical_ref(reference, revision) == offset for revision in revisions):
            return True
    return False
