"""Who may approve and sign, and what must have happened before."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from digitize.errors import ItemProblem
from digitize.model import Problem, Stage
from digitize.pipeline.findings import load_documents, save_documents
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.notices import add_notice, open_questions
from digitize.pipeline.roles_apart import Role, kept_from, require_apart, who_did
from digitize.pipeline.second_look_draw import LookRules, is_drawn_unattended
from digitize.pipeline.workspace import Workspace
from digitize.profiles.profile import RoleRules
from digitize.review.desk import Desk
from digitize.times import now
from support.looks import CODE, EVERYTHING, NOBODY, at_desk, in_review, one_letter, stage, work
from support.offices import ledger_of, stages
from support.program import digitize

ALL_APART = ("scan", "check", "approve", "sign")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def scanned(path: Path, who: str, code: str = CODE) -> None:
    with closing(Ledger(path, now, who)) as ledger, ledger.transaction():
        ledger.add_event("files_taken_in", code, files=["a.pdf"])


def refused(path: Path) -> list[tuple[str, str, str]]:
    with closing(Ledger(path, now, "x")) as ledger:
        rows = ledger.rows("SELECT who, detail FROM event WHERE kind = 'role_refused' ORDER BY id")
    details = [(row["who"], json.loads(row["detail"])) for row in rows]
    return [(who, detail["role"], detail["has"]) for who, detail in details]


# --- a step of its own --------------------------------------------------------------------------


def test_where_approval_is_a_step_of_its_own_the_last_answer_approves_nothing(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan", looks=NOBODY, by_itself=False)
    assert stage(path) is Stage.IN_REVIEW
    with at_desk(path, "Hoa", NOBODY, by_itself=False) as desk:
        assert desk.take("w") is None, "nobody is asked about what only waits to be approved"
        assert desk.approval.standing(CODE).approval
        assert desk.approval.approve(CODE, now).is_clean
    assert stage(path) is Stage.APPROVED
    with at_desk(path, "Hoa", NOBODY, by_itself=False) as desk:
        assert desk.approval.approve(CODE, now).is_clean, "approving once more does nothing"
        kinds = [event.kind for event in desk.ledger.events(CODE)]
        assert kinds.count("approved") == 2, "one of them is how the dossier was made"


def test_what_waits_is_told_and_nothing_is_approved(path: Path) -> None:
    in_review(path, one_letter("subject", "number"))
    with at_desk(path, "Hoa") as desk:
        with desk.ledger.transaction():
            add_notice(desk.ledger, CODE, Problem("twin_pages", {"pages": "1"}), asks=True)
        standing = desk.approval.approve(CODE, now)
        assert (standing.doubtful, standing.questions, standing.looks.any) == (2, 1, False)
    work(path, "Lan")
    with at_desk(path, "Hoa") as desk:
        standing = desk.approval.approve(CODE, now)
        assert (standing.doubtful, standing.questions, standing.looks.second) == (0, 0, 6)
    assert stage(path) is Stage.IN_REVIEW


def test_questions_that_were_seen_are_not_asked_again_of_the_next_person(path: Path) -> None:
    in_review(path, one_letter("subject"))
    with at_desk(path, "Lan") as desk:
        with desk.ledger.transaction():
            add_notice(desk.ledger, CODE, Problem("twin_pages", {"pages": "1"}), asks=True)
        for one in desk.fields(CODE):
            desk.settle("", one, "xin kinh phí")
        assert not desk.let_through(CODE, seen=True)
        assert open_questions(desk.ledger, CODE) == []
        assert desk.ledger.events(CODE)[-1].kind == "questions_settled"


# --- roles --------------------------------------------------------------------------------------


def test_who_has_scanned_does_not_check_and_that_is_written_down_once(path: Path) -> None:
    in_review(path, one_letter("subject"))
    scanned(path, "Lan")
    apart = ("scan", "check")
    with at_desk(path, "Lan", NOBODY, apart) as desk:
        assert desk.take("w") is None, "the queue gives it to others"
        for _ in range(2):
            with pytest.raises(ItemProblem, match="has_scanned"):
                desk.take_this("w", CODE)
        (asked,) = desk.fields(CODE)
        with pytest.raises(ItemProblem):
            desk.settle("w", asked, "x")
        assert desk.ledger.rows("SELECT * FROM answer") == []
    assert refused(path) == [("Lan", "check", "scan")]
    assert work(path, "Hoa", looks=NOBODY, apart=apart) == ["subject"]
    assert stage(path) is Stage.APPROVED


def test_who_has_checked_does_not_approve_or_sign(path: Path) -> None:
    in_review(path, one_letter("subject"))
    scanned(path, "Lan")
    work(path, "Hoa", looks=NOBODY, apart=ALL_APART, by_itself=False)
    for who, code in (("Hoa", "has_checked"), ("Lan", "has_scanned")):
        desk_of_one = at_desk(path, who, NOBODY, ALL_APART, by_itself=False)
        with desk_of_one as desk, pytest.raises(ItemProblem, match=code):
            desk.approval.approve(CODE, now)
    with at_desk(path, "Minh", NOBODY, ALL_APART, by_itself=False) as desk:
        assert desk.approval.approve(CODE, now).is_clean
    rules = RoleRules.model_validate({"apart": ALL_APART})
    for who in ("Lan", "Hoa", "Minh"):
        with closing(Ledger(path, now, who)) as ledger, pytest.raises(ItemProblem):
            require_apart(ledger, CODE, rules, Role.SIGN)
    with closing(Ledger(path, now, "Tú")) as ledger:
        require_apart(ledger, CODE, rules, Role.SIGN)
        require_apart(ledger, CODE, RoleRules(), Role.SIGN)


def test_second_and_third_persons_are_checkers_too(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan", {"subject": "khác"}, by_itself=False)
    work(path, "Hoa", by_itself=False)
    work(path, "Minh", by_itself=False)
    with closing(Ledger(path, now, "x")) as ledger:
        assert who_did(ledger, CODE)[Role.CHECK] == {"Lan", "Hoa", "Minh"}


def test_what_was_done_for_an_earlier_package_keeps_nobody_from_the_next_one(path: Path) -> None:
    in_review(path, one_letter("subject"))
    scanned(path, "Lan")
    work(path, "Hoa", looks=NOBODY)
    with closing(Ledger(path, now, "Minh")) as ledger, ledger.transaction():
        ledger.move(CODE, Stage.IN_REVIEW, "reopened", why="sai ngày")
    rules = RoleRules(apart=("scan", "check", "sign"))
    with closing(Ledger(path, now, "Hoa")) as ledger:
        require_apart(ledger, CODE, rules, Role.SIGN)
        assert kept_from(ledger, rules, Role.CHECK) == set()
    with closing(Ledger(path, now, "Lan")) as ledger:
        assert kept_from(ledger, rules, Role.CHECK) == {CODE}, "the scans are still hers"


# --- the command --------------------------------------------------------------------------------


def own_profile(office: Path, rules: str) -> None:
    (office / "own.toml").write_text(f'extends = "demo"\nid = "own"\n{rules}', "utf-8")
    settings = office / "digitize.toml"
    text = settings.read_text("utf-8").replace('profile = "demo"', 'profile = "own.toml"')
    settings.write_text(text, "utf-8")


def test_the_command_approves_what_is_clean_and_tells_what_is_not(office: Path) -> None:
    own_profile(office, '[review]\napprove = "apart"\n')
    path = office / "ledger.db"
    in_review(path, one_letter(), code="HS-01")
    in_review(path, one_letter("subject", "number"), code="HS-02")
    ran = digitize("approve", "HS-01", "HS-02", "-w", office, "--json", "--user", "Minh")
    assert ran.code == 1
    clean, doubtful = ran.json["dossiers"]
    assert (clean["id"], clean["stage"], clean["approved"], clean["problem"]) == (
        "HS-01",
        "approved",
        True,
        None,
    )
    assert (doubtful["approved"], doubtful["waits"]["doubtful_fields"]) == (False, 2)
    assert doubtful["problem"]["code"] == "dossier_not_clean"
    assert ran.json["summary"] == {"approved": 1, "left": 1}
    every = digitize("approve", "--all", "-w", office)
    assert every.code == 0, "what is not finished is no failure where nobody named it"
    assert "1 hồ sơ còn việc" in every.err
    named = digitize("approve", "HS-01", "-w", office)
    assert named.code == 0
    assert "đã duyệt từ trước" in named.err
    assert stages(office) == {"HS-01": Stage.APPROVED, "HS-02": Stage.IN_REVIEW}
    with ledger_of(office) as ledger:
        last = ledger.events("HS-01")[-1]
    assert (last.who, last.kind, last.detail["apart"]) == ("Minh", "approved", True)


def test_the_command_refuses_what_makes_no_sense(office: Path) -> None:
    path = office / "ledger.db"
    in_review(path, one_letter())
    assert digitize("approve", "-w", office).code == 2
    assert digitize("approve", "HS-404", "-w", office).code == 2
    with closing(Ledger(path, now, "x")) as ledger, ledger.transaction():
        ledger.move(CODE, Stage.EXTRACTED, "retried", code="x")
    early = digitize("approve", CODE, "-w", office)
    assert early.code == 1
    assert "chưa tới bước duyệt" in early.err


def test_kinds_that_no_form_has_are_a_mistake_in_the_profile(office: Path) -> None:
    own_profile(office, '[review]\nsecond_look_of = ["pid", "birth_registration.child_nmae"]\n')
    told = digitize("approve", "--all", "-w", office)
    assert told.code == 3
    assert "child_nmae" in told.err


def test_second_looks_wait_in_a_workspace_of_its_own_profile(office: Path) -> None:
    own_profile(office, "[review]\nsecond_look = 1.0\n")
    path = office / "ledger.db"
    in_review(path, one_letter("subject"))
    work(path, "Lan", looks=EVERYTHING)
    ran = digitize("review", "--list", "-w", office, "--user", "Lan")
    assert ran.code == 0
    assert "6 trường chờ người khác" in ran.out
    told = digitize("approve", CODE, "-w", office, "--user", "Hoa")
    assert told.code == 1
    assert "6 trường chờ người thứ hai" in told.err
    assert "cán bộ khác" in told.err


# --- with a run beside it -----------------------------------------------------------------------


def test_what_is_read_anew_while_a_second_person_is_waited_for_is_not_let_through(office: Path) -> None:
    own_profile(office, "[review]\nsecond_look = 0.5\n")
    path = office / "ledger.db"
    in_review(path, one_letter("subject"))
    work(path, "Lan", looks=LookRules(0.5, frozenset(), 0.0))
    with closing(Ledger(path, now, "run")) as ledger, ledger.transaction():
        before = [tuple(row) for row in ledger.rows("SELECT * FROM second_look ORDER BY key")]
        save_documents(ledger, CODE, [one_letter()])
        ledger.move(CODE, Stage.EXTRACTED, "fields_extracted", documents=1, doubtful=0)
    ran = digitize("run", "-w", office, "--json")
    assert ran.code == 0, ran.err
    assert stages(office)[CODE] is Stage.IN_REVIEW
    with closing(Ledger(path, now, "x")) as ledger:
        assert [tuple(row) for row in ledger.rows("SELECT * FROM second_look ORDER BY key")] == before
        events = [event.kind for event in ledger.events(CODE)]
    assert events.count("second_look_drawn") == 1


def test_a_share_of_what_needs_no_person_may_be_looked_at_all_the_same(office: Path) -> None:
    own_profile(office, "[review]\nsecond_look = 0.5\nsecond_look_unattended = 1.0\n")
    path = office / "ledger.db"
    in_review(path, one_letter())
    with closing(Ledger(path, now, "run")) as ledger, ledger.transaction():
        ledger.move(CODE, Stage.EXTRACTED, "fields_extracted", documents=1, doubtful=0)
    assert digitize("run", "-w", office, "--user", "Lan").code == 0
    assert stages(office)[CODE] is Stage.IN_REVIEW
    rules = LookRules(0.5, frozenset(), 1.0)
    # Nobody has looked yet, not even who ran it.
    assert len(work(path, "Lan", looks=rules)) == 3
    assert stage(path) is Stage.APPROVED


def test_which_dossiers_are_drawn_follows_from_their_first_event(path: Path) -> None:
    for number in range(60):
        in_review(path, one_letter(), code=f"HS-{number}")
    with closing(Ledger(path, now, "x")) as ledger:
        lots = [
            [is_drawn_unattended(ledger, f"HS-{n}", share) for n in range(60)]
            for share in (0.0, 0.4, 0.4, 1.0)
        ]
    assert lots[1] == lots[2]
    assert not any(lots[0])
    assert all(lots[3])
    assert 8 < sum(lots[1]) < 42


@pytest.mark.thorough
def test_from_two_looks_to_a_package_that_another_person_signs(finished: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(finished, tmp_path / "demo"))
    own_profile(
        root,
        '[review]\nsecond_look = 0.2\napprove = "apart"\n[roles]\napart = ["check", "approve", "sign"]\n',
    )
    place = Workspace.open(root)
    waiting = [code for code, stood in stages(root).items() if stood is Stage.IN_REVIEW]
    for who in ("Lan", "Hoa"):
        with ledger_of(root, who) as ledger:
            desk = Desk.of(place, ledger, now)
            passed: list[str] = []
            while (dossier := desk.take("w", passed=passed)) is not None:
                passed.append(dossier)
                documents = load_documents(ledger, dossier)
                while (asked := desk.next_field("w", dossier)) is not None:
                    desk.settle("w", asked, documents[asked.document - 1].fields[asked.key].value)
                assert not desk.let_through(dossier, seen=True)
            desk.let_go("w", passed[-1])
    assert digitize("approve", "--all", "-w", root, "--user", "Lan").code == 1, "she has checked them"
    approved = digitize("approve", "--all", "-w", root, "--user", "Minh")
    assert approved.code == 0, approved.err
    ran = digitize("run", "-w", root, "--user", "Hoa")
    assert ran.code == 0, ran.err
    assert {stages(root)[code] for code in waiting} == {Stage.COMPOSED}, "who has checked does not sign"
    assert "Hoa đã kiểm tra" in ran.err
    refused_sign = digitize("sign", "-w", root, "--user", "Minh")
    assert refused_sign.code == 1
    assert "đã duyệt" in refused_sign.err
    signed = digitize("sign", "-w", root, "--user", "Tú")
    assert signed.code == 0, signed.err
    assert {stages(root)[code] for code in waiting} == {Stage.PACKAGED}
    packages = [root / "archive" / one.name for one in (root / "archive").iterdir()]
    assert len(packages) == 5
    records = [(one / "metadata/preservation/PREMIS.xml").read_text("utf-8") for one in packages]
    assert sum("Người thứ hai nhập" in record for record in records) == len(waiting)
