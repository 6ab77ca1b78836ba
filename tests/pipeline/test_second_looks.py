"""Second and third looks: who looks, what they see, and what comes of it."""

from __future__ import annotations

import os
import re
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

import digitize
from digitize.errors import ItemProblem, UsageProblem
from digitize.forms.template_files import load_templates
from digitize.model import Source, Stage
from digitize.pipeline.findings import Look, load_documents, save_documents
from digitize.pipeline.leases import end_abandoned
from digitize.pipeline.ledger import Ledger
from digitize.pipeline.look_values import alike
from digitize.pipeline.second_look_draw import (
    FieldPlace,
    LookRules,
    Why,
    chosen,
    fields_to_draw_from,
    seeds,
    steered_draws,
)
from digitize.times import now
from support.crashes import DIED, in_child
from support.looks import (
    CODE,
    EVERYTHING,
    FIELDS,
    NOBODY,
    as_told,
    at_desk,
    in_review,
    one_letter,
    stage,
    work,
)

HALF = LookRules(0.5, frozenset(), 0.0)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def states(path: Path) -> dict[str, str]:
    with closing(Ledger(path, now, "x")) as ledger:
        return {row["key"]: row["state"] for row in ledger.rows("SELECT key, state FROM second_look")}


def kinds(path: Path) -> list[str]:
    with closing(Ledger(path, now, "x")) as ledger:
        return [event.kind for event in ledger.events(CODE)]


def value_of(path: Path, key: str) -> object:
    with closing(Ledger(path, now, "x")) as ledger:
        (document,) = load_documents(ledger, CODE)
        return document.fields[key].value


# --- the draw -----------------------------------------------------------------------------------


def test_the_draw_follows_from_the_log_alone_and_is_the_same_however_often_it_is_done(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan", looks=HALF)
    drawn = states(path)
    assert len(drawn) == 3, "half of six"
    with closing(Ledger(path, now, "x")) as ledger:
        events = list(ledger.logged_events())
        (place,) = [number for number, event in enumerate(events) if event.kind == "second_look_drawn"]
        (seed,) = seeds(ledger, CODE)
        assert seed == int(str(events[place - 1].hash)[:8], 16), "nobody has chosen it"
        fields = fields_to_draw_from(ledger, CODE, load_templates())
        assert {field.key for field, _ in chosen(fields, HALF, seed)} == set(drawn)
    for who in ("Lan", "Hoa"):
        with at_desk(path, who, HALF) as desk, desk.ledger.transaction():
            assert desk.looks.begin(CODE)
    with closing(Ledger(path, now, "run")) as ledger, ledger.transaction():
        save_documents(ledger, CODE, [one_letter()])
    with at_desk(path, "Hoa", HALF) as desk, desk.ledger.transaction():
        desk.looks.begin(CODE)
    assert states(path) == drawn, "reading it again draws no other lot"
    assert kinds(path).count("second_look_drawn") == 1


def test_a_seed_that_somebody_has_chosen_shows(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan", looks=HALF)
    with at_desk(path, "Lan", HALF) as desk:
        ledger = desk.ledger
        with ledger.transaction():
            # A field that came later is drawn by the same seed.
            ledger.execute("DELETE FROM second_look")
            desk.looks.begin(CODE)
        assert kinds(path).count("second_look_drawn") == 2
        assert steered_draws(ledger.rows) == []
        with ledger.transaction():
            ledger.move(CODE, Stage.IN_REVIEW, "reopened", why="sai")
            ledger.add_event("second_look_drawn", CODE, seed=7, share=0.5, of=6)
        assert steered_draws(ledger.rows) == [CODE]


def test_a_larger_share_and_more_fields_take_nothing_away() -> None:
    fields = [(FieldPlace("a:0", "official_letter", f"key{n}"), "text") for n in range(40)]
    for seed in range(20):
        few = {place for place, _ in chosen(fields, LookRules(0.3, frozenset(), 0), seed)}
        many = {place for place, _ in chosen(fields, LookRules(0.6, frozenset(), 0), seed)}
        assert (len(few), len(many)) == (12, 24)
        assert few < many
    counts = [
        sum(place.key == "key7" for seed in range(400) for place, _ in chosen(fields, HALF, seed)),
        sum(place.key == "key31" for seed in range(400) for place, _ in chosen(fields, HALF, seed)),
    ]
    assert all(150 < count < 250 for count in counts), "each field has the same chance"
    assert chosen([], HALF, 1) == []


def test_kinds_that_the_profile_names_are_looked_at_without_exception(path: Path) -> None:
    in_review(path, one_letter("subject"))
    by_kind = LookRules(0.0, frozenset({"date", "official_letter.number", "birth.subject"}), 0.0)
    work(path, "Lan", looks=by_kind)
    assert states(path) == {"issued_date": "waiting", "number": "waiting"}
    with closing(Ledger(path, now, "x")) as ledger:
        assert {row["why"] for row in ledger.rows("SELECT why FROM second_look")} == {Why.KIND}


def test_without_second_looks_the_last_answer_lets_a_dossier_through(path: Path) -> None:
    in_review(path, one_letter("subject"))
    assert work(path, "Lan", looks=NOBODY) == ["subject"]
    assert stage(path) is Stage.APPROVED
    assert states(path) == {}


# --- blind --------------------------------------------------------------------------------------


def test_a_second_person_gets_the_place_and_nothing_that_was_read_or_said_before(path: Path) -> None:
    in_review(path, one_letter("subject", "number", subject="đọc nhầm", number="99"))
    work(path, "Lan", {"subject": "bí mật của Lan"})
    with at_desk(path, "Hoa") as desk:
        assert desk.take("w") == CODE
        asked = desk.fields(CODE)
        assert len(asked) == 6
        for field in [*asked, *filter(None, [desk.next_field("w", CODE), desk.find(CODE, 1, "subject")])]:
            told = as_told(desk, field)
            view = desk.look_at(field)
            assert view.blind
            assert field.look is Look.SECOND
            assert (view.alternatives, view.reasons, view.related) == ((), (), ())
            for secret in ["đọc nhầm", "bí mật", "Lan", "99", *map(str, FIELDS.values())]:
                assert secret not in told, field.key


def test_who_decides_sees_both_answers_and_neither_name(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan", {"subject": "xin kinh phi"})
    work(path, "Hoa", {"subject": "xin kinh phí"})
    orders = set()
    with at_desk(path, "Minh") as desk:
        assert desk.take("w") == CODE
        (asked,) = desk.fields(CODE)
        view = desk.look_at(asked)
        assert view.blind
        assert asked.look is Look.DECIDING
        orders.add(tuple(str(one.value) for one in view.alternatives))
        told = as_told(desk, asked)
        assert "Lan" not in told
        assert "Hoa" not in told
    assert orders == {("xin kinh phi", "xin kinh phí")}, "in the order of the words, whoever said which"


# --- who, and what comes of it ------------------------------------------------------------------


def test_two_who_say_the_same_approve(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan")
    assert stage(path) is Stage.IN_REVIEW
    assert work(path, "Lan") == [], "nobody looks again at their own dossier"
    with at_desk(path, "Lan") as desk:
        assert desk.for_others() == 6
    assert sorted(work(path, "Hoa", {"issuer": "ubnd Xã Mẫu."})) == sorted(FIELDS)
    assert stage(path) is Stage.APPROVED
    assert set(states(path).values()) == {"agreed"}
    assert value_of(path, "issuer") == "UBND xã Mẫu", "how the first one has written it stands"
    with closing(Ledger(path, now, "x")) as ledger:
        looks = [row["look"] for row in ledger.rows("SELECT look FROM answer ORDER BY id")]
        assert looks == [Look.FIRST, *[Look.SECOND] * 6]
        (document,) = load_documents(ledger, CODE)
        assert {one.source for one in document.fields.values()} == {Source.HUMAN}


def test_a_third_person_who_is_neither_decides_where_two_differ(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan", {"subject": "xin kinh phi"})
    work(path, "Hoa", {"subject": "xin kinh phế"})
    assert stage(path) is Stage.IN_REVIEW
    for who in ("Lan", "Hoa"):
        assert work(path, who) == []
    assert work(path, "Minh") == ["subject"]
    assert stage(path) is Stage.APPROVED
    assert value_of(path, "subject") == FIELDS["subject"]
    with closing(Ledger(path, now, "x")) as ledger:
        decided = next(event for event in ledger.events(CODE) if event.kind == "second_look_decided")
        assert (decided.who, decided.detail["whose"]) == ("Minh", "neither")
        said = [
            (row["who"], row["look"])
            for row in ledger.rows("SELECT who, look FROM answer WHERE key = 'subject' ORDER BY id")
        ]
    assert said == [("Lan", 1), ("Hoa", 2), ("Minh", 3)]


def test_an_error_that_nobody_noticed_is_found(path: Path) -> None:
    in_review(path, one_letter("subject", number="17"))
    work(path, "Lan")
    work(path, "Hoa")
    assert states(path)["number"] == "differs"
    # Lan has never answered about the number, and is neither of the two.
    assert work(path, "Lan") == ["number"]
    assert value_of(path, "number") == "12"
    assert stage(path) is Stage.APPROVED


def test_an_answer_of_the_wrong_person_or_to_what_has_gone_on_is_refused(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan")
    with at_desk(path, "Hoa") as desk:
        (number,) = (one for one in desk.looks.fields(CODE) if one.key == "number")
    with at_desk(path, "Lan") as desk:
        with pytest.raises(UsageProblem) as told, desk.ledger.transaction():
            desk.looks.settle(number, "12")
        assert told.value.code == "second_look_same_person"
    work(path, "Hoa")
    with at_desk(path, "Minh") as desk, pytest.raises(ItemProblem) as gone, desk.ledger.transaction():
        desk.looks.settle(number, "12")
    assert gone.value.code == "dossier_changed"


def test_what_was_agreed_on_is_looked_at_again_where_another_value_stands_now(path: Path) -> None:
    in_review(path, one_letter("subject", "number"))
    work(path, "Lan")
    with at_desk(path, "Hoa") as desk:
        assert desk.take("w") == CODE
        (asked,) = (one for one in desk.fields(CODE) if one.key == "subject")
        desk.settle("w", asked, FIELDS["subject"])
        desk.let_go("w", CODE)
    with closing(Ledger(path, now, "Lan")) as ledger, ledger.transaction():
        ledger.execute("UPDATE decision SET value = '\"khác\"' WHERE key = 'subject'")
    assert states(path)["subject"] == "agreed"
    with at_desk(path, "Lan") as desk:
        assert not desk.let_through(CODE)
    assert states(path)["subject"] == "waiting"
    assert "second_look_again" in kinds(path)


def test_a_scan_that_replaces_the_one_that_was_drawn_holds_nobody_up(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan", looks=HALF)
    with closing(Ledger(path, now, "run")) as ledger, ledger.transaction():
        ledger.execute("UPDATE original SET sha256 = 'anders'")
        save_documents(ledger, CODE, [one_letter("subject")])
    with at_desk(path, "Lan", HALF) as desk:
        assert not desk.looks.waits(CODE).any
    work(path, "Lan", looks=HALF)
    with at_desk(path, "Hoa", HALF) as desk:
        assert desk.looks.waits(CODE).second == 3
        assert len(desk.looks.fields(CODE)) == 3
    with closing(Ledger(path, now, "x")) as ledger:
        left = sorted(row["state"] for row in ledger.rows("SELECT state FROM second_look"))
    assert left == ["gone"] * 3 + ["waiting"] * 3
    work(path, "Hoa", looks=HALF)
    assert stage(path) is Stage.APPROVED


def test_a_difference_outlives_a_form_that_was_changed_and_changed_back(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan", {"subject": "một"})
    work(path, "Hoa", {"subject": "hai"})
    assert states(path)["subject"] == "differs"
    for document in (replace(one_letter("subject"), form="unknown", fields={}), one_letter("subject")):
        with closing(Ledger(path, now, "run")) as ledger, ledger.transaction():
            save_documents(ledger, CODE, [document])
        with at_desk(path, "Hoa") as desk, desk.ledger.transaction():
            desk.looks.go_on(CODE)
    assert states(path)["subject"] == "differs"
    assert work(path, "Hoa", {"subject": "một"}) == [], "nobody looks a second time twice"
    assert stage(path) is Stage.IN_REVIEW
    assert work(path, "Minh", {"subject": "một"}) == ["subject"]
    assert stage(path) is Stage.APPROVED


def test_a_profile_that_asks_no_more_gives_up_what_waits_and_says_so(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan", {"subject": "khác hẳn"}, looks=HALF)
    work(path, "Lan", looks=NOBODY)
    assert stage(path) is Stage.APPROVED
    assert set(states(path).values()) == {"waived"}
    with closing(Ledger(path, now, "x")) as ledger:
        (told,) = [event for event in ledger.events(CODE) if event.kind == "second_look_waived"]
    assert told.detail == {"fields": 3}


def test_a_difference_is_never_given_up_and_anybody_may_decide_it_then(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan", {"subject": "một"})
    work(path, "Hoa", {"subject": "hai"})
    assert work(path, "Lan", looks=NOBODY) == ["subject"]
    assert stage(path) is Stage.APPROVED
    assert states(path)["subject"] == "decided"


def test_a_desk_without_rules_begins_and_ends_nothing(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan")
    work(path, "Minh", looks=None)
    assert set(states(path).values()) == {"agreed"}
    in_review(path, one_letter("subject"), code="HS-02")
    with at_desk(path, "Lan", None) as desk:
        for field in desk.fields("HS-02"):
            desk.settle("", field, "x")
        assert desk.let_through("HS-02")


def test_nothing_is_half_done_when_the_answer_cannot_be_kept(path: Path) -> None:
    in_review(path, one_letter("subject"))
    work(path, "Lan")
    before = states(path), kinds(path)
    with at_desk(path, "Hoa") as desk:
        (number,) = (one for one in desk.looks.fields(CODE) if one.key == "number")
        with pytest.raises(ZeroDivisionError), desk.ledger.transaction():
            desk.looks.settle(number, "12")
            raise ZeroDivisionError
    assert (states(path), kinds(path)) == before


@pytest.mark.parametrize("seed", range(8))
def test_no_dossier_is_approved_while_anything_waits(tmp_path: Path, seed: int) -> None:
    """People do what they like in any order; whatever comes of it, nothing is approved too early."""
    random = Random(seed)
    path = tmp_path / "ledger.db"
    doubtful = random.sample(sorted(FIELDS), 3)
    in_review(path, one_letter(*doubtful))
    rules = random.choice([HALF, EVERYTHING, LookRules(0.3, frozenset({"date"}), 0.0)])
    by_itself = random.random() < 0.6
    for _ in range(400):
        if stage(path) is Stage.APPROVED:
            break
        with at_desk(path, random.choice(["Lan", "Hoa", "Minh", "Tú"]), rules, by_itself=by_itself) as desk:
            asked = desk.fields(CODE)
            act = random.random()
            if asked and act < 0.7:
                field = random.choice(asked)
                value = FIELDS[field.key] if random.random() < 0.6 else random.choice(["a", "b", None])
                desk.settle("", field, value)
            elif act < 0.8:
                desk.approval.approve(CODE, now)
            elif act < 0.95:
                desk.let_through(CODE)
            desk.let_go("", CODE)
    assert stage(path) is Stage.APPROVED
    assert set(states(path).values()) <= {"agreed", "decided"}
    assert len(states(path)) >= 2
    with closing(Ledger(path, now, "x")) as ledger:
        assert not ledger.rows("SELECT 1 FROM field WHERE needs_review = 1")
        for row in ledger.rows("SELECT key, group_concat(look || who, ',') AS said FROM answer GROUP BY key"):
            said = row["said"].split(",")
            assert len({one[1:] for one in said}) == len(said), "three different people"
        rows = ledger.rows("SELECT kind FROM event WHERE dossier = ? ORDER BY id", CODE)
    assert [row["kind"] for row in rows][-1] == "approved"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("NGÔ MINH NGHĨA", "Ngô Minh Nghĩa", True),
        ("Xã Hoà An , huyện B.", "xã Hòa An, huyện B", True),
        ("Ngô Minh Nghĩa", "Ngô Minh Nghia", False),
        ("12/QĐ-UBND", "12/QD-UBND", False),
        ("12/QĐ-UBND", "12 / QĐ-UBND", True),
        ("12/QĐ-UBND", "12-QĐ-UBND", False),
        ("1 2", "12", False),
        ("", None, True),
        (None, None, True),
        (None, "x", False),
        (False, None, False),
        (False, 0, False),
        (1, 1, True),
        (["Lưu: VT", "Phòng A"], ["lưu:VT", "Phòng A"], True),
        (["Lưu: VT"], ["Lưu: VT", "Phòng A"], False),
        ({"number": "1", "issuer": "Công an  xã"}, {"number": "1", "issuer": "công an xã"}, True),
        ({"number": "1", "issuer": None}, {"number": "1"}, True),
        ({"number": "1", "issuer": None}, {"number": "1", "issuer": "x"}, False),
        ({"number": None}, None, True),
    ],
)
def test_answers_are_the_same_though_not_letter_for_letter(one: object, other: object, same: bool) -> None:  # noqa: FBT001
    assert alike(one, other) is same  # type: ignore[arg-type]
    assert alike(other, one) is same  # type: ignore[arg-type]


# --- accidents ----------------------------------------------------------------------------------


def test_a_process_that_dies_over_an_answer_leaves_all_of_it_or_nothing(path: Path) -> None:
    """Killed before each commit in turn, the next person goes on, and every dossier ends the same."""
    in_review(path, one_letter("subject"))
    work(path, "Lan", {"subject": "sai"})
    deaths = 0
    while stage(path) is Stage.IN_REVIEW:
        person = (
            "Minh" if "differs" in states(path).values() and "waiting" not in states(path).values() else "Hoa"
        )

        def dies(person: str = person) -> None:
            seen = 0

            def die(event: str, arguments: tuple[object, ...]) -> None:
                nonlocal seen
                if event == "digitize.disk" and arguments[0] == "commit":
                    seen += 1
                    if seen == 4:
                        os._exit(DIED)

            sys.addaudithook(die)
            work(path, person)

        before = len(kinds(path))
        code = in_child(dies)
        deaths += code == DIED
        assert code in (0, DIED)
        with closing(Ledger(path, now, "x")) as ledger:
            end_abandoned(ledger)
            told = ledger.rows("SELECT count(*) AS n FROM answer WHERE look > 1")[0]["n"]
            events = ledger.rows(
                "SELECT count(*) AS n FROM event WHERE kind LIKE 'second_look_%ed' "
                "OR kind = 'second_look_differs'"
            )[0]["n"]
            settled = sum(state != "waiting" for state in states(path).values())
        assert told == events, "each answer has its event"
        assert settled <= told
        assert len(kinds(path)) >= before
    assert deaths > 2
    assert set(states(path).values()) == {"agreed", "decided"}
    assert value_of(path, "subject") == FIELDS["subject"]


def test_every_desk_of_the_program_has_the_rules_of_its_profile() -> None:
    """One made by hand would begin no second looks."""
    home = Path(digitize.__file__).parent
    makes = [
        path.relative_to(home).as_posix()
        for path in home.rglob("*.py")
        if "digitize.review.desk" in (text := path.read_text("utf-8")) and re.search(r"\bDesk\(", text)
    ]
    assert makes == []
