"""``digitize show``: everything known about one dossier."""

from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.options import as_kept, json_option, who, workspace_option
from digitize.cli.session import Session, command
from digitize.errors import UsageProblem


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "show")
    def show(
        dossier: Annotated[str, typer.Argument(help=session.text("help.show.dossier"))],
        workspace: Annotated[Path | None, workspace_option(session)] = None,
        json: Annotated[bool, json_option(session)] = False,
    ) -> None:
        from digitize.cli.deadline import deadline_json, show_deadline
        from digitize.cli.dossier import detail_json, show_detail
        from digitize.pipeline.deadlines import due_now, find_deadline
        from digitize.pipeline.differences import compare
        from digitize.pipeline.ledger import Ledger
        from digitize.pipeline.overview import dossier_detail
        from digitize.pipeline.workspace import Workspace
        from digitize.times import now

        place = Workspace.open(workspace)
        with closing(Ledger(place.ledger, now, who(None))) as ledger:
            # Codes are in composed form, what people type or paste need not be.
            detail = dossier_detail(ledger, as_kept(dossier))
            compared = compare(ledger, detail.line.id, place.templates) if detail else None
            record = ledger.dossier(detail.line.id) if detail else None
            rules = place.profile.deadlines
            days = find_deadline(ledger, record, rules) if record else None
            lists = due_now(ledger, rules, now)
        if detail is None:
            raise UsageProblem("dossier_unknown", dossier=dossier)
        differing = len(compared.differences) if compared else 0
        if json:
            told = detail_json(session, detail, place.templates, differing)
            session.report_json(told | deadline_json(session, days))
        else:
            show_detail(session, detail, place.templates)
            show_deadline(session, detail.line.id, days, lists, place.templates)
            if differing:
                session.out.print(
                    session.text("say.differences_hint", number=differing, dossier=detail.line.id),
                    markup=False,
                )
