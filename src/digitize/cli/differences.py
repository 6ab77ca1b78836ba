"""``digitize differences``: where sheet, cover, index and scans of a dossier contradict each other."""

import itertools
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from digitize.cli.options import as_kept, json_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.cli.theme import Style
from digitize.errors import UsageProblem

if TYPE_CHECKING:
    from digitize.pipeline.differences import Compared, Difference


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "differences")
    def differences(
        dossiers: Annotated[
            list[str] | None,
            typer.Argument(metavar="DOSSIER", help=session.text("help.differences.dossier")),
        ] = None,
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> None:
        from digitize.pipeline.differences import compare
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        with closing(Ledger(place.ledger, now, who(None))) as ledger:
            known = [record.id for record in ledger.dossiers()]
            chosen = [as_kept(dossier) for dossier in dossiers or []]
            unknown = next((code for code in chosen if code not in known), None)
            if unknown is not None:
                raise UsageProblem("dossier_unknown", dossier=unknown)
            found = {code: compare(ledger, code, place.templates) for code in chosen or known}
        if not chosen:
            found = {code: compared for code, compared in found.items() if len(compared.witnesses) > 1}
        if json:
            session.report_json({"dossiers": [_json(code, compared) for code, compared in found.items()]})
            return
        for code, compared in found.items():
            _show(session, code, compared)
        if not found:
            session.say("nothing_to_compare")


def _json(code: str, compared: "Compared") -> dict[str, object]:
    return {
        "id": code,
        "witnesses": [witness.value for witness in compared.witnesses],
        "compared": compared.compared,
        "unread": compared.unread,
        "differences": [
            {
                "kind": one.kind.value,
                "number": one.number,
                "document": one.place,
                "key": one.key or None,
                "one": one.one.value if one.one else None,
                "said": one.said or None,
                "other": one.other.value if one.other else None,
                "says": one.says or None,
                "doubtful": one.doubtful,
            }
            for one in compared.differences
        ],
    }


def _show(session: Session, code: str, compared: "Compared") -> None:
    session.out.print(Text(code, style=Style.HEADING))
    witnesses = ", ".join(session.text(f"witness.{witness.value}") for witness in compared.witnesses)
    told = session.text(
        "say.compared",
        witnesses=witnesses,
        compared=compared.compared,
        unread=compared.unread,
        differences=len(compared.differences),
    )
    session.out.print(told, markup=False)
    grouped = [one for one in compared.differences if _in_ranges(one)]
    single = [one for one in compared.differences if not _in_ranges(one)]
    for other in dict.fromkeys(one.other for one in grouped if one.other):
        numbers = [one.number for one in grouped if one.other is other and one.number is not None]
        told = session.text(
            "say.not_there",
            count=len(numbers),
            where=session.text(f"witness.{other.value}"),
            numbers=_ranges(numbers),
        )
        session.out.print(told, markup=False)
    before: int | None = -1
    for one in single:
        if one.number != before:
            session.out.print(Text(_title(session, one), style=Style.HEADING))
        before = one.number
        for line in _lines(session, one):
            session.out.print(f"    {line}", markup=False)
    if any(one.doubtful for one in single):
        session.out.print(session.text("say.doubtful_difference"), markup=False)


def _title(session: Session, one: "Difference") -> str:
    if one.number == 0:
        return session.text("say.whole_dossier")
    if one.number is None:
        return session.text("say.scan_only")
    return session.text("say.listed_document", number=one.number)


def _lines(session: Session, one: "Difference") -> list[str]:
    from digitize.pipeline.comparing import names_of
    from digitize.pipeline.differences import DifferenceKind

    first = session.text(f"witness.{one.one.value}") if one.one else ""
    second = session.text(f"witness.{one.other.value}") if one.other else ""
    match one.kind:
        case DifferenceKind.VALUE:
            name = names_of(session.catalogue.language)[one.key] + (" (?)" if one.doubtful else "")
            return [f"{name}:", f"    {first}: {one.said}", f"    {second}: {one.says}"]
        case DifferenceKind.PAGES_UNFIT:
            facts = {"list": first, "sheets": one.said, "pages": one.says}
            return [session.text("say.pages_unfit", **facts)]
        case DifferenceKind.ORDER:
            return [session.text("say.other_order", place=one.said, list=second)]
        case _:
            return [session.text("say.scan_not_listed", file=one.said, list=second)]


def _in_ranges(one: "Difference") -> bool:
    """Whether a listed document is missing somewhere: there may be hundreds."""
    from digitize.pipeline.differences import DifferenceKind

    return one.number is not None and one.kind in (DifferenceKind.NOT_SCANNED, DifferenceKind.NOT_LISTED)


def _ranges(numbers: Sequence[int]) -> str:
    """``1, 10-12, 15``."""
    runs = []
    for _, run in itertools.groupby(enumerate(sorted(numbers)), key=lambda pair: pair[1] - pair[0]):
        members = [number for _, number in run]
        runs.append(str(members[0]) if len(members) == 1 else f"{members[0]}-{members[-1]}")
    return ", ".join(runs)
