"""Keys, anchors and revocation lists from files, and the authority of the demo."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest
from asn1crypto.pem import armor
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs12
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates

from digitize.errors import EnvironmentProblem, ExitCode, UsageProblem
from digitize.signatures.credentials import load_certificates, load_pkcs12
from digitize.signatures.demo_authority import DemoAuthority, make_demo_authority
from digitize.signatures.detached import verify_detached
from digitize.signatures.evidence import Evidence
from digitize.signatures.sign import Level, Seal, sign_detached, sign_pdf
from digitize.signatures.timestampers import local_timestamper
from digitize.signatures.trust import load_revocations, load_trust, load_user_store
from digitize.signatures.trust_file import read_trust_file
from digitize.signatures.trust_folder import TrustFolder
from digitize.signatures.verdict import Verdict
from digitize.signatures.verify_pdf import verify_pdf
from support.papers import plain_paper
from support.sealing import DAY, NOW, PASSPHRASE, YEAR, office, rsa_key


def test_a_key_file_gives_its_holder_and_its_time(tmp_path: Path) -> None:
    credentials = load_pkcs12(office().signer.pkcs12(tmp_path / "key.p12"), PASSPHRASE)
    assert credentials.holder == "Nguyễn Thị Ký"
    assert "UBND xã Thử Nghiệm" in credentials.subject
    assert (credentials.not_before, credentials.not_after) == (NOW - YEAR, NOW + YEAR)
    credentials.require_usable(NOW)


@pytest.mark.parametrize("on_curve", [True, False])
def test_a_key_from_a_file_signs(tmp_path: Path, *, on_curve: bool) -> None:
    holder = office().signer if on_curve else office().authority.issue(key=rsa_key())
    credentials = load_pkcs12(holder.pkcs12(tmp_path / "key.p12"), PASSPHRASE)
    signature = sign_detached(b"data", Seal(credentials, Level.B_B))
    report = verify_detached(b"data", signature, "data", office().trust, NOW + DAY)
    assert report.verdict is Verdict.VALID


@pytest.mark.parametrize("passphrase", [b"wrong", b""])
def test_a_wrong_passphrase_is_told_as_such(tmp_path: Path, passphrase: bytes) -> None:
    path = office().signer.pkcs12(tmp_path / "key.p12")
    with pytest.raises(EnvironmentProblem) as caught:
        load_pkcs12(path, passphrase)
    assert caught.value.code == "key_passphrase_wrong"
    assert caught.value.exit_code is ExitCode.ENVIRONMENT
    # The passphrase never enters a message.
    assert caught.value.facts == {"path": str(path)}


def test_a_key_file_that_is_missing_or_a_folder_is_told(tmp_path: Path) -> None:
    for path in (tmp_path / "none.p12", tmp_path):
        with pytest.raises(EnvironmentProblem) as caught:
            load_pkcs12(path, PASSPHRASE)
        assert caught.value.code == "key_unreadable"


def test_a_file_with_certificates_alone_cannot_sign(tmp_path: Path) -> None:
    path = tmp_path / "keyless.p12"
    certificate = office().signer.certificate
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", None, certificate, None, NoEncryption()))
    with pytest.raises(EnvironmentProblem) as caught:
        load_pkcs12(path, b"")
    assert caught.value.code == "key_unusable"


def test_a_kind_of_key_that_the_program_cannot_sign_with_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ed25519.p12"
    key = ed25519.Ed25519PrivateKey.generate()
    path.write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, None, None, NoEncryption()))
    with pytest.raises(EnvironmentProblem) as caught:
        load_pkcs12(path, b"")
    assert caught.value.code == "key_unusable"


def test_certificates_are_read_from_pem_and_der(tmp_path: Path, authority: DemoAuthority) -> None:
    pem = load_certificates(authority.anchor)
    (tmp_path / "ca.der").write_bytes(pem[0].dump())
    twice = tmp_path / "two.pem"
    twice.write_bytes(authority.anchor.read_bytes() * 2)
    assert [one.dump() for one in load_certificates(tmp_path / "ca.der")] == [pem[0].dump()]
    assert len(load_certificates(twice)) == 2


@pytest.mark.parametrize("data", [b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_an_anchor_that_is_no_certificate_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "ca.pem"
    path.write_bytes(data)
    with pytest.raises(EnvironmentProblem) as caught:
        load_trust([path])
    assert caught.value.code == "certificate_unreadable"
    with pytest.raises(EnvironmentProblem):
        load_trust([tmp_path / "missing.pem"])


@pytest.mark.parametrize("data", [b"", b"not a list", b"0\x03\x02\x01\x01"])
def test_a_revocation_list_that_is_none_is_told(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "ca.crl"
    path.write_bytes(data)
    with pytest.raises(EnvironmentProblem) as caught:
        load_revocations(path)
    assert caught.value.code == "revocations_unreadable"


def test_the_users_own_store_may_be_missing_or_hold_several_anchors(
    tmp_path: Path, authority: DemoAuthority
) -> None:
    store = tmp_path / "trust"
    assert load_user_store(store).anchors == ()
    (own,) = load_certificates(authority.anchor)
    listed = load_revocations(authority.revocations)
    added = TrustFolder(store).add([own, office().authority.certificate, listed, own], "ai đó", NOW)
    assert [(entry.kind.value, entry.added_by) for entry in added] == [
        ("certificate", "ai đó"),
        ("certificate", "ai đó"),
        ("crl", "ai đó"),
    ]
    (store / "note.txt").write_text("no certificate")
    trust = load_user_store(store, online=True)
    assert (len(trust.anchors), len(trust.revocations), trust.online) == (2, 1, True)
    assert stat.S_IMODE(store.stat().st_mode) == 0o700
    assert TrustFolder(store).add([own], "ai đó", NOW) == []


@pytest.mark.parametrize("harm", ["exchanged", "cut off", "gone", "put in by hand", "record"])
def test_a_store_that_somebody_touched_is_refused(
    tmp_path: Path, authority: DemoAuthority, harm: str
) -> None:
    store = tmp_path / "trust"
    (own,) = load_certificates(authority.anchor)
    (entry,) = TrustFolder(store).add([own], "ai đó", NOW)
    file = store / entry.file
    match harm:
        case "exchanged":
            file.write_bytes(office().authority.certificate.dump())
        case "cut off":
            file.write_bytes(file.read_bytes()[:200])
        case "gone":
            file.unlink()
        case "put in by hand":
            (store / "thêm.crt").write_bytes(office().authority.certificate.dump())
        case _:
            (store / "store.json").write_text("{")
    with pytest.raises(EnvironmentProblem) as caught:
        load_user_store(store)
    expected = {
        "gone": "trust_missing",
        "put in by hand": "trust_unrecorded",
        "record": "trust_record_unreadable",
    }
    assert caught.value.code == expected.get(harm, "trust_changed")
    if harm in ("exchanged", "cut off", "gone"):
        # The remedy that is told works.
        TrustFolder(store).remove(str(caught.value.facts["id"]))
        assert load_user_store(store).anchors == ()


@pytest.mark.parametrize("data", [b"", b"text", b"0\x82", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_what_is_no_certificate_never_enters_a_store(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.pem"
    path.write_bytes(data)
    with pytest.raises(UsageProblem) as caught:
        read_trust_file(path)
    assert caught.value.code == "trust_not_certificate"


def test_certificates_and_lists_are_read_from_every_usual_file(tmp_path: Path) -> None:
    root, holder = office().authority, office().signer
    certificates = [root.holder.certificate, holder.certificate]
    files = {
        "a.cer": root.holder.certificate.public_bytes(Encoding.DER),
        "b.pem": b"".join(one.public_bytes(Encoding.PEM) for one in certificates),
        "c.p7b": serialize_certificates(certificates, Encoding.DER),
        "d.p7c": serialize_certificates(certificates, Encoding.PEM),
        "e.crl": office().crl.dump(),
        "f.crl": armor("X509 CRL", office().crl.dump()),
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
        found = read_trust_file(tmp_path / name)
        assert len(found) == (2 if name[0] in "bcd" else 1), name
        assert {one.dump() for one in found} <= {
            root.certificate.dump(),
            holder.asn1.dump(),
            office().crl.dump(),
        }, name


def test_a_private_key_never_enters_a_store(tmp_path: Path) -> None:
    path = tmp_path / "a.pem"
    certificate = office().authority.holder.certificate.public_bytes(Encoding.PEM)
    key = office().authority.holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(certificate + key)
    with pytest.raises(UsageProblem) as caught:
        read_trust_file(path)
    assert caught.value.code == "trust_private_key"


def demo_seal(files: DemoAuthority) -> Seal:
    passphrase = files.passphrase.read_bytes()
    trust = load_trust([files.anchor], [files.revocations])
    return Seal(
        load_pkcs12(files.signing_key, passphrase),
        Level.B_LT,
        local_timestamper(load_pkcs12(files.timestamp_key, passphrase)),
        Evidence(trust.anchors, trust.revocations),
    )


def test_the_demo_authority_signs_up_to_long_term_without_network(
    tmp_path: Path, authority: DemoAuthority
) -> None:
    now = dt.datetime.now(dt.UTC)
    sign_pdf(plain_paper(tmp_path), tmp_path / "signed.pdf", demo_seal(authority), now)
    report = verify_pdf(tmp_path / "signed.pdf", load_trust([authority.anchor]), now + dt.timedelta(hours=1))
    assert report.verdict is Verdict.VALID
    assert report.signatures[0].level == "B-LT"


def test_the_demo_authority_says_that_it_proves_nothing(authority: DemoAuthority) -> None:
    (anchor,) = load_certificates(authority.anchor)
    signer = load_pkcs12(authority.signing_key, authority.passphrase.read_bytes())
    for subject in (anchor.subject.human_friendly, signer.subject):
        assert "DÙNG THỬ" in subject
        assert "Không có giá trị pháp lý" in subject


def test_secrets_of_the_demo_authority_are_for_the_owner_alone(tmp_path: Path) -> None:
    files = make_demo_authority(tmp_path / "keys", "Ủy ban thử nghiệm", NOW)
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o700
    for secret in (files.signing_key, files.timestamp_key, files.passphrase):
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600, secret


def test_two_demo_authorities_do_not_trust_each_other(tmp_path: Path, authority: DemoAuthority) -> None:
    other = make_demo_authority(tmp_path / "keys", "Cơ quan thử nghiệm", dt.datetime.now(dt.UTC))
    signature = sign_detached(b"data", demo_seal(other))
    trust = load_trust([authority.anchor], [authority.revocations])
    report = verify_detached(b"data", signature, "data", trust, dt.datetime.now(dt.UTC))
    assert report.verdict is Verdict.UNTRUSTED


def test_a_demo_signer_can_be_revoked_and_a_long_name_is_shortened(tmp_path: Path) -> None:
    name = "Trung tâm Phục vụ hành chính công của xã Thử Nghiệm Rất Dài, tỉnh Mẫu"
    assert len(name.encode()) > 64
    now = dt.datetime.now(dt.UTC)
    files = make_demo_authority(tmp_path / "keys", name, now, revoke_signer=True)
    credentials = load_pkcs12(files.signing_key, files.passphrase.read_bytes())
    assert credentials.holder.startswith("DÙNG THỬ Trung tâm")
    signature = sign_detached(b"data", Seal(credentials, Level.B_B))
    trust = load_trust([files.anchor], [files.revocations])
    assert verify_detached(b"data", signature, "data", trust, now).verdict is Verdict.REVOKED
