"""What people decided, after a run that reads their dossier anew with another engine and another template."""

from __future__ import annotations

import re
import shutil
from importlib import resources
from pathlib import Path

import pytest

from digitize.model import Source, Stage
from digitize.pipeline.findings import load_documents
from digitize.pipeline.notices import open_questions
from digitize.pipeline.workspace import Workspace
from digitize.review.desk import Desk
from digitize.times import now
from support.offices import ledger_of, stages
from support.program import digitize

FORM, DOSSIER = "birth_registration", "000.00.01.H99-261118-0005"


@pytest.mark.thorough
def test_decisions_survive_another_engine_and_another_template(finished: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(finished, tmp_path / "demo"))
    workspace = Workspace.open(root)
    with ledger_of(root, "lan") as ledger:
        desk = Desk(ledger, now, workspace.templates)
        desk.take_this("a", DOSSIER)
        decided: dict[str, str] = {}
        while (field := desk.next_field("a", DOSSIER)) is not None:
            decided[field.key] = f"KHÔNG AI ĐỌC RA {len(decided)}"
            desk.settle("a", field, decided[field.key])
        assert desk.let_through(DOSSIER)
    gone = "mother_name"
    assert gone in decided
    shutil.rmtree(root / "work")
    settings = root / "digitize.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('engine = "auto"', 'engine = "pytesseract"'), "utf-8"
    )
    ours = (resources.files("digitize.forms") / "templates" / f"{FORM}.toml").read_text("utf-8")
    (root / "forms").mkdir(exist_ok=True)
    other = re.sub(rf"\b{gone}\b", "mother_full_name", ours).replace('"tt04-2024"', '"tt99-2026"')
    (root / "forms" / f"{FORM}.toml").write_text(other, "utf-8")
    ran = digitize("run", "-w", root)
    assert ran.code in (0, 1), ran.err
    assert stages(root)[DOSSIER] is Stage.IN_REVIEW
    with ledger_of(root) as ledger:
        kinds = [event.kind for event in ledger.events(DOSSIER)]
        assert kinds.count("fields_extracted") == 2
        engines = {str(page.summary["engine"]) for page in ledger.pages(DOSSIER) if page.summary}
        assert all("pytesseract" in engine for engine in engines)
        (document,) = [one for one in load_documents(ledger, DOSSIER) if one.form == FORM]
        for key, value in decided.items():
            if key != gone:
                reading = document.fields[key]
                assert (reading.value, reading.source, reading.needs_review) == (value, Source.HUMAN, False)
        (told,) = open_questions(ledger, DOSSIER)
        assert (told.code, told.facts["fields"]) == ("decisions_displaced", f"{FORM}.{gone}")
        rows = ledger.rows("SELECT value FROM decision WHERE key = ?", gone)
        assert [row["value"] for row in rows] == [f'"{decided[gone]}"']
