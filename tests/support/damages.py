"""Ways of damaging a package that was good, each with the rule that names it.

Most are done the way an insider could: afterwards every checksum and the signature over METS fit again,
so that nothing but the rule itself can find them.
"""

from __future__ import annotations

from support import damages_files, damages_metadata
from support.damaging import DAMAGES, Damage

ALL: tuple[Damage, ...] = tuple(DAMAGES)
"""Every damage of these modules."""

MODULES = (damages_files, damages_metadata)
