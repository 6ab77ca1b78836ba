"""Who scans, who checks, who approves and who signs: kept apart where the profile asks.

Who did what stands in the events of a dossier. A person is refused what another role of the same dossier
forbids, and that, too, is an event.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from enum import StrEnum

from digitize.errors import ItemProblem
from digitize.model import Stage
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.ledger_queries import among
from digitize.profiles.profile import RoleRules

REFUSED = "role_refused"
"""The event that a person was refused."""


class Role(StrEnum):
    """Kinds of work on a dossier."""

    SCAN = "scan"
    CHECK = "check"
    APPROVE = "approve"
    SIGN = "sign"


_HAS = {
    Role.SCAN: "has_scanned",
    Role.CHECK: "has_checked",
    Role.APPROVE: "has_approved",
    Role.SIGN: "has_signed",
}

ANOTHERS = frozenset(_HAS.values())
"""Codes of the problem that another person has to do it: nothing is wrong with the dossier."""

_EVENTS: Mapping[str, Role] = {
    "files_taken_in": Role.SCAN,
    "cut_from_stack": Role.SCAN,
    "field_confirmed": Role.CHECK,
    "field_corrected": Role.CHECK,
    "questions_settled": Role.CHECK,
    "page_turned": Role.CHECK,
    "page_excluded": Role.CHECK,
    "page_included": Role.CHECK,
    "page_marked": Role.CHECK,
    "page_unmarked": Role.CHECK,
    "form_chosen": Role.CHECK,
    "border_moved": Role.CHECK,
    "second_look_agreed": Role.CHECK,
    "second_look_differs": Role.CHECK,
    "second_look_decided": Role.CHECK,
    "approved": Role.APPROVE,
    "packaged": Role.SIGN,
}


def who_did(ledger: Ledger, dossier: str) -> dict[Role, set[str]]:
    """Who did what for the present generation of a dossier; its scans may be from before.

    Who settles the last field approves by that alone, and is no approver of its own.
    """
    chosen, kinds = among(list(_EVENTS), "AND", "kind")
    sql = (
        "SELECT kind, who, detail, id > (SELECT coalesce(max(id), 0) FROM event "  # noqa: S608 - marks alone
        "WHERE dossier = ? AND kind = 'reopened') AS now FROM event "
        f"WHERE dossier = ? {chosen}"
    )
    found: dict[Role, set[str]] = {role: set() for role in Role}
    for row in ledger.rows(sql, dossier, dossier, *kinds):
        role = _EVENTS[row["kind"]]
        apart = role is not Role.APPROVE or json.loads(row["detail"]).get("apart")
        if apart and (row["now"] or role is Role.SCAN):
            found[role].add(row["who"])
    return found


def role_against(ledger: Ledger, dossier: str, rules: RoleRules, role: Role) -> Role | None:
    """What the person who uses the ledger has done on a dossier that forbids a role; None if nothing does."""
    if role not in rules.apart:
        return None
    done = who_did(ledger, dossier)
    others = (other for other in Role if other is not role and other in rules.apart)
    return next((other for other in others if ledger.who in done[other]), None)


def require_apart(ledger: Ledger, dossier: str, rules: RoleRules, role: Role) -> None:
    """Make sure that a person may do something on a dossier.

    Raises:
        ItemProblem: the profile has another person do it; the refusal is written down, once.

    """
    other = role_against(ledger, dossier, rules, role)
    if other is None:
        return
    detail = {"role": role.value, "has": other.value}
    sql = "SELECT detail FROM event WHERE dossier = ? AND kind = ? AND who = ?"
    known = [json.loads(row["detail"]) for row in ledger.rows(sql, dossier, REFUSED, ledger.who)]
    if detail not in known:
        with ledger.transaction():
            ledger.add_event(REFUSED, dossier, **detail)
    raise ItemProblem(_HAS[other], dossier=dossier, who=ledger.who, apart=", ".join(rules.apart))


def kept_from(ledger: Ledger, rules: RoleRules, role: Role) -> set[str]:
    """Dossiers in review on which the person who uses the ledger may not do something."""
    others = [kind for kind, other in _EVENTS.items() if other is not role and other in rules.apart]
    if role not in rules.apart or not others:
        return set()
    chosen, kinds = among(others, "AND", "e.kind")
    sql = (
        "SELECT DISTINCT d.id FROM dossier AS d CROSS JOIN event AS e ON e.dossier = d.id "  # noqa: S608
        f"WHERE d.stage = ? AND e.who = ? {chosen}"
    )
    suspects = ledger.rows(sql, Stage.IN_REVIEW, ledger.who, *kinds)
    return {row["id"] for row in suspects if role_against(ledger, row["id"], rules, role)}
