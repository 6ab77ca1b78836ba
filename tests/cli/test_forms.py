"""``digitize forms``, and reading with a template of one's own."""

from __future__ import annotations

import shutil
from contextlib import closing
from importlib import resources
from pathlib import Path
from random import Random

import numpy as np
import pytest
from PIL import Image

from digitize.forms.template_files import load_templates
from digitize.model import FieldReading, Problem
from digitize.pipeline.findings import DoubtfulField, Look, keep_answer
from digitize.pipeline.ledger import Ledger
from digitize.samples.cases import Desk, draw_case
from digitize.samples.pens import Style
from digitize.times import now
from support.calls import together
from support.places import SAMPLES
from support.program import digitize

TEMPLATE = (resources.files("digitize.forms") / "templates" / "residence_change.toml").read_text("utf-8")


def test_the_forms_are_listed_with_their_versions_and_what_is_not_verified() -> None:
    told, json = together(("forms", "list", "--lang", "vi"), ("forms", "list", "--json"))
    assert told.code == json.code == 0
    for template in load_templates().values():
        assert template.id in told.out
    assert "chưa đối chiếu bản in" in told.out
    forms = {form["form"]: form for form in json.json["forms"]}
    assert set(forms) == set(load_templates())
    versions = {version["id"]: version for version in forms["residence_change"]["versions"]}
    assert versions["tt116-2026"]["verified"] is True
    assert versions["tt56-2021"]["verified"] is False
    assert "members" in forms["residence_change"]["fields"]


def test_a_form_is_shown_with_its_fields() -> None:
    told, unknown, alone = together(
        ("forms", "show", "marriage_registration", "--lang", "vi"),
        ("forms", "show", "mau_la", "--lang", "vi"),
        ("forms",),
    )
    assert told.code == 0
    assert "bride_name" in told.out
    assert "Ngày sinh bên nam" in told.out
    assert unknown.code == 2
    assert "mau_la" in unknown.err
    assert (alone.code, alone.err) == (2, "")


def test_templates_are_checked_and_the_mistake_is_named(tmp_path: Path) -> None:
    good, bad = tmp_path / "tốt.toml", tmp_path / "sai.toml"
    good.write_text(TEMPLATE, "utf-8")
    bad.write_text(TEMPLATE.replace('type = "pid"', 'type = "số"', 1), "utf-8")
    line = next(n for n, text in enumerate(bad.read_text("utf-8").splitlines(), 1) if 'type = "số"' in text)
    told = digitize("forms", "check", good, bad, "--lang", "vi")
    assert told.code == 1
    assert f"dòng {line}" in told.err
    assert "type" in told.err
    assert "residence_change" in told.err
    assert digitize("forms", "check", good).code == 0


def test_a_form_is_read_with_a_template_of_ones_own_and_its_table_row_by_row(tmp_path: Path) -> None:
    (drawn, *_) = draw_case("residence", Desk(Random("own"), Style.TYPED, 200), 0)
    scan, own = tmp_path / "quét.png", tmp_path / "của tôi.toml"
    Image.fromarray(np.array(drawn.sheets[0].image)).save(scan, dpi=(200, 200))
    own.write_text(TEMPLATE.replace('id = "residence_change"', 'id = "cu_tru_cua_toi"'), "utf-8")
    told, shown = together(
        ("read", scan, "--form", own, "--json"), ("read", scan, "--form", own, "--lang", "vi")
    )
    assert told.code == shown.code == 0
    (document,) = told.json["documents"]
    assert (document["form"], document["form_version"]) == ("cu_tru_cua_toi", drawn.version)
    members = drawn.fields["members"]
    assert isinstance(members, list)
    rows = document["tables"]["members"]
    assert len(rows) == len(members)
    for row, true in zip(rows, members, strict=True):
        assert set(row) == {"name", "dob", "sex", "pid", "head_relation"}
        for key, cell in row.items():
            assert cell["needs_review"] or cell["value"] == true[key]
    assert not any("." in key for key in document["fields"])
    assert "Thành viên cùng thay đổi 1: Họ tên" in shown.out


def test_an_office_has_forms_of_its_own(finished: Path, tmp_path: Path) -> None:
    office = Path(shutil.copytree(finished, tmp_path / "phường"))
    own = office / "forms"
    own.mkdir()
    (own / "mau.toml").write_text(TEMPLATE.replace('id = "residence_change"', 'id = "mau_rieng"'), "utf-8")
    listed = digitize("forms", "list", "-w", office, "--json")
    assert "mau_rieng" in [form["form"] for form in listed.json["forms"]]
    assert digitize("forms", "show", "mau_rieng", "-w", office).code == 0
    assert digitize("forms", "show", "mau_rieng", cwd=tmp_path).code == 2
    (own / "sai.toml").write_text(TEMPLATE.replace('type = "pid"', 'type = "số"', 1), "utf-8")
    stopped = digitize("run", "-w", office, "--lang", "vi")
    assert stopped.code == 3
    assert "sai.toml" in stopped.err
    (own / "sai.toml").unlink()
    (own / "lại.toml").write_text((own / "mau.toml").read_text("utf-8"), "utf-8")
    twice = digitize("run", "-w", office, "--lang", "vi")
    assert twice.code == 3
    assert "mau_rieng" in twice.err


def test_a_threshold_for_a_field_that_no_form_has_is_refused(finished: Path, tmp_path: Path) -> None:
    office = Path(shutil.copytree(finished, tmp_path / "phường"))
    settings = office / "digitize.toml"
    settings.write_text(
        settings.read_text("utf-8").replace('profile = "demo"', 'profile = "own.toml"'), "utf-8"
    )
    profile = office / "own.toml"
    profile.write_text('extends = "demo"\nid = "own"\n[review.thresholds]\nchild_nmae = 0.9\n', "utf-8")
    told = digitize("run", "-w", office, "--lang", "vi")
    assert told.code == 3
    assert "child_nmae" in told.err
    profile.write_text('extends = "demo"\nid = "own"\n[review.thresholds]\nchild_name = 1.0\n', "utf-8")
    assert digitize("run", "-w", office, "--lang", "vi").code == 0


@pytest.mark.thorough
def test_what_a_dossier_lacks_is_told_with_where_the_list_is_from() -> None:
    folder = SAMPLES / "000.00.01.H99-261118-0001"
    alone, whole, json = together(
        ("read", folder / "to-khai.jpg", "--lang", "vi"),
        ("read", folder / "to-khai.jpg", folder / "giay-chung-sinh.jpg", "--lang", "vi"),
        ("read", folder / "to-khai.jpg", "--json"),
    )
    assert "thiếu Giấy chứng sinh hoặc" in alone.out
    assert "chưa đối chiếu" in alone.out
    assert "đủ giấy tờ" in whole.out
    told = json.json["completeness"]
    assert (told["procedure"], told["verified"]) == ("birth_registration", False)
    assert [missing["any"][0] for missing in told["missing"]] == ["birth_notice"]


def test_a_suggestion_is_shown_taken_checked_and_taken_out_again(office: Path) -> None:
    with closing(Ledger(office / "ledger.db", now, "huong")) as ledger, ledger.transaction():
        for number in range(3):
            reading = FieldReading(
                None,
                raw="xã X\nThuộc thành phần: Tày",
                needs_review=True,
                problems=(Problem("label_not_found"),),
            )
            field = DoubtfulField(f"HS-{number}", 1, "birth_registration", "child_ethnicity", reading)
            keep_answer(ledger, field, f"{number}:0", Look.FIRST, "Tày")
    json, told = together(
        ("forms", "suggest", "-w", office, "--json"), ("forms", "suggest", "-w", office, "--lang", "vi")
    )
    (one,) = json.json["labels"]
    assert (one["text"], one["dossiers"]) == ("Thuộc thành phần", 3)
    assert one["id"] in told.out
    assert "Dân tộc" in told.out
    only, unknown = together(
        ("forms", "take", one["id"], "-w", office, "--lang", "vi"),
        ("forms", "take", "label-000000", "-w", office, "--lang", "vi"),
    )
    added = office / "forms" / "additions.toml"
    assert (only.code, "Chưa thay đổi gì" in only.err) == (0, True)
    assert "Thuộc thành phần" in only.out
    assert not added.exists()
    assert (unknown.code, "label-000000" in unknown.err) == (2, True)
    assert digitize("forms", "take", one["id"], "-w", office, "--yes", "--user", "quan-tri").code == 0
    checked, shown, again = together(
        ("forms", "check", added, "--lang", "vi"),
        ("forms", "show", "birth_registration", "-w", office, "--json"),
        ("forms", "suggest", "-w", office, "--json"),
    )
    assert (checked.code, "1 nhãn" in checked.err) == (0, True)
    assert any("Thuộc thành phần" in item["label"] for item in shown.json["items"])
    assert [(entry["id"], entry["by"]) for entry in again.json["taken"]] == [(one["id"], "quan-tri")]
    assert digitize("forms", "take", "--undo", one["id"], "-w", office, "--yes").code == 0
    assert digitize("forms", "suggest", "-w", office, "--json").json["taken"] == []
