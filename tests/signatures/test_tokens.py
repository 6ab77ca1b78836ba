"""Keys on tokens: found, opened with one PIN, used, and lost half-way."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from digitize.errors import SigningProblem
from digitize.signatures.credentials import Credentials, Scheme
from digitize.signatures.sign import Level, sign_detached, sign_pdf
from digitize.signatures.tokens import TokenCertificate, TokenPlace, Tries, open_token
from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import PdfReport, verify_pdf
from support.papers import plain_paper
from support.sealing import DAY, NOW, Holder, new_key, office, rsa_key
from support.tokens import PIN, TokenCase, Typist, needs_softhsm, place

pytestmark = needs_softhsm


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TokenCase:
    made = TokenCase.new(tmp_path / "hsm")
    made.add_token("UBND")
    made.use(monkeypatch)
    return made


def opened(scheme: Scheme = Scheme.PSS, where: TokenPlace | None = None) -> Credentials:
    return open_token(where or place("UBND"), scheme, Typist(), None)


def refused(where: TokenPlace | None = None, typist: Typist | None = None) -> SigningProblem:
    with pytest.raises(SigningProblem) as caught:
        open_token(where or place("UBND"), Scheme.PSS, typist or Typist(), None)
    assert PIN not in str(caught.value)
    return caught.value


def signed(folder: Path, credentials: Credentials, level: Level = Level.B_B) -> PdfReport:
    target = folder / "signed.pdf"
    sign_pdf(plain_paper(folder), target, replace(office().seal(level), credentials=credentials), NOW)
    return verify_pdf(target, office().trust, NOW + DAY)


def rsa_holder(name: str = "Nguyễn Thị Ký") -> Holder:
    return office().authority.issue(name, key=rsa_key())


@pytest.mark.parametrize("level", [Level.B_B, Level.B_LT])
@pytest.mark.parametrize(
    ("key", "scheme", "notes"),
    [
        ("rsa", Scheme.PSS, []),
        ("rsa", Scheme.PKCS1V15, ["not_pss"]),
        ("ec", Scheme.PSS, []),
    ],
)
def test_a_key_on_a_token_signs(
    tmp_path: Path, case: TokenCase, key: str, scheme: Scheme, notes: list[str], level: Level
) -> None:
    case.store("UBND", office().authority.issue(key=rsa_key() if key == "rsa" else new_key()))
    report = signed(tmp_path, opened(scheme), level)
    assert report.verdict is Verdict.VALID
    assert [note.code for note in report.signatures[0].notes] == notes
    assert report.signatures[0].level == level
    assert sign_detached(b"data", replace(office().seal(), credentials=opened(scheme)))


@pytest.mark.parametrize("key", ["rsa", "ec"])
def test_a_key_is_found_by_its_public_key_where_ids_and_labels_differ(case: TokenCase, key: str) -> None:
    for number in (1, 2):
        holder = office().authority.issue(f"Người {number}", key=rsa_key() if key == "rsa" else new_key())
        name = bytes([number])
        case.store("UBND", holder, identifier=b"c" + name, key_identifier=b"k" + name)
    assert opened(where=place("UBND", "Người 2")).holder == "Người 2"


def test_a_certificate_is_chosen_by_key_id_by_subject_or_by_a_person(case: TokenCase) -> None:
    case.store("UBND", rsa_holder("Ủy ban nhân dân phường Hà Tu"), identifier=b"\x0a\x01")
    case.store("UBND", rsa_holder("Trần Văn Cán"), identifier=b"\x0a\x02")
    assert opened(where=place("UBND", "0A02")).holder == "Trần Văn Cán"
    assert opened(where=place("UBND", "0a:01")).holder == "Ủy ban nhân dân phường Hà Tu"
    assert opened(where=place("UBND", "uy ban nhan dan")).holder == "Ủy ban nhân dân phường Hà Tu"
    ambiguous = refused()
    assert ambiguous.code == "certificate_ambiguous"
    assert "0a02" in str(ambiguous.facts["found"])
    unknown = refused(place("UBND", "Lê Thị Khác"))
    assert unknown.code == "certificate_not_on_token"
    assert "Trần Văn Cán" in str(unknown.facts["found"])
    shown: list[TokenCertificate] = []

    def second(certificates: Sequence[TokenCertificate]) -> int:
        shown.extend(certificates)
        return next(n for n, one in enumerate(certificates) if one.key_id == "0a02")

    assert open_token(place("UBND"), Scheme.PSS, Typist(), second).holder == "Trần Văn Cán"
    assert sorted(one.key_id for one in shown) == ["0a01", "0a02"]


def test_a_wrong_pin_is_tried_once_and_the_token_tells_what_is_left(case: TokenCase) -> None:
    case.store("UBND", rsa_holder())
    typist = Typist("0000-9999")
    problem = refused(typist=typist)
    assert problem.code == "pin_wrong_low"
    assert "0000-9999" not in repr(problem) + str(problem.__context__)
    assert typist.asked == 1
    assert typist.last is not None
    assert (typist.last.token, typist.last.tries) == ("UBND", Tries.USUAL)
    again = Typist()
    open_token(place("UBND"), Scheme.PSS, again, None)
    assert again.last is not None
    assert again.last.tries is Tries.LOW
    assert "Nguyễn Thị Ký" in again.last.holder


def test_a_token_that_is_not_there_is_told_with_those_that_are(
    case: TokenCase, monkeypatch: pytest.MonkeyPatch
) -> None:
    case.store("UBND", rsa_holder())
    problem = refused(place("Tư pháp"))
    assert problem.code == "token_missing"
    assert problem.facts["found"] == "UBND"
    assert refused(place(slot=77)).code == "token_missing"
    case.add_token("Tư pháp")
    case.use(monkeypatch)
    assert refused(place()).code == "token_ambiguous"


def test_a_token_put_in_while_the_program_runs_is_found(case: TokenCase) -> None:
    assert refused(place("Tư pháp")).code == "token_missing"
    case.add_token("Tư pháp")
    case.store("Tư pháp", rsa_holder())
    assert opened(where=place("Tư pháp")).holder == "Nguyễn Thị Ký"


def test_an_empty_token_and_one_without_the_key_are_told(case: TokenCase) -> None:
    assert refused().code == "certificate_not_on_token"
    case.store("UBND", rsa_holder(), only_certificate=True)
    assert refused().code == "key_not_on_token"


def test_a_key_that_does_not_fit_its_certificate_signs_nothing(case: TokenCase) -> None:
    case.store("UBND", replace(rsa_holder(), key=rsa_key()))
    assert refused().code == "key_not_on_token"


def test_what_is_no_module_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.so", Path(__file__)):
        assert refused(TokenPlace(path)).code == "module_unusable"


def test_a_token_pulled_out_between_two_papers_stops_and_goes_on_later(
    tmp_path: Path, case: TokenCase
) -> None:
    case.store("UBND", rsa_holder())
    credentials = opened()
    seal = replace(office().seal(), credentials=credentials)
    sign_pdf(plain_paper(tmp_path), tmp_path / "first.pdf", seal, NOW)
    away = case.folder / "away"
    shutil.move(case.folder / "tokens", away)
    (case.folder / "tokens").mkdir()
    with pytest.raises(SigningProblem) as caught:
        sign_pdf(tmp_path / "paper.pdf", tmp_path / "second.pdf", seal, NOW)
    assert caught.value.code == "token_gone"
    assert not (tmp_path / "second.pdf").exists()
    shutil.rmtree(case.folder / "tokens")
    shutil.move(away, case.folder / "tokens")
    assert signed(tmp_path, opened()).verdict is Verdict.VALID
