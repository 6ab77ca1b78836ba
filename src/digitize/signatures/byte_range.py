"""Whether a signature leaves out nothing but itself.

pyHanko compares the length of the signed bytes with that of the file, not where they lie; a file
that is longer by just as much as its ``/Contents`` is longer than the gap passes there as covered
whole, with an update of the attacker's behind it.
"""

from __future__ import annotations

import re

from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

_GAP = re.compile(rb"<([0-9A-Fa-f]*)>")


def leaves_out_only_itself(embedded: EmbeddedPdfSignature) -> bool:
    """Whether the gap in the signed bytes is the signature's own value, in hexadecimal digits.

    Anything else in the gap, and anything that a second ``/Contents`` hides elsewhere, is outside
    the signature (ISO 32000-2, 12.8.1).
    """
    numbers = list(embedded.byte_range)
    if len(numbers) != 4 or not all(isinstance(number, NumberObject) for number in numbers):
        return False
    start, before, after, rest = (int(number) for number in numbers)
    stream = embedded.reader.stream
    end = stream.seek(0, 2)
    if start != 0 or rest <= 0 or not 0 < before < after or after + rest > end:
        return False
    stream.seek(before)
    found = _GAP.fullmatch(stream.read(after - before))
    if found is None or len(found[1]) % 2:
        return False
    return bytes.fromhex(found[1].decode()) == bytes(embedded.pkcs7_content)
