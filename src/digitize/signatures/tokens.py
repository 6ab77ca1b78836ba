"""Keys on tokens and HSMs (PKCS#11): found, opened with a PIN once, used for a whole batch.

A module is a program of the token's maker that runs inside this one; who may name it is decided
where settings are read. A PIN is tried once: tokens lock themselves after a few wrong ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import pkcs11
from asn1crypto import x509
from pkcs11 import Attribute, KeyType, ObjectClass, TokenFlag
from pkcs11.exceptions import (
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    UserAlreadyLoggedIn,
)
from pyhanko_certvalidator.registry import SimpleCertificateStore

from digitize.errors import SigningProblem
from digitize.signatures.credentials import Credentials, Scheme, credentials_of, is_for_signing
from digitize.signatures.token_signer import TokenSigner, explained
from digitize.vietnamese.folding import fold


class Tries(StrEnum):
    """What a token tells about the PINs that may still be tried."""

    USUAL = "usual"
    LOW = "low"
    LAST = "last"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class TokenPlace:
    """Which token, and which of its certificates; see the settings of the signing key."""

    module: Path
    token: str = ""
    slot: int | None = None
    certificate: str = ""


@dataclass(frozen=True, slots=True)
class TokenCertificate:
    """A certificate that a person may choose.

    Attributes:
        key_id: of its key, in hexadecimal.
        subject: whom it names, in full.
        not_after: its last day, written ``YYYY-MM-DD``.

    """

    key_id: str
    subject: str
    not_after: str


@dataclass(frozen=True, slots=True)
class PinRequest:
    """What a person sees who is asked for a PIN."""

    token: str
    holder: str
    tries: Tries


AskPin = Callable[[PinRequest], str]
Choose = Callable[[Sequence[TokenCertificate]], int]
"""Gives the index of the certificate that a person chose."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A certificate on a token, and the id that it shares with its key."""

    certificate: x509.Certificate
    key_id: bytes

    @property
    def told(self) -> TokenCertificate:
        return TokenCertificate(
            self.key_id.hex(),
            self.certificate.subject.human_friendly,
            f"{self.certificate.not_valid_after:%Y-%m-%d}",
        )


def open_token(place: TokenPlace, scheme: Scheme, ask_pin: AskPin, choose: Choose | None) -> Credentials:
    """Open a token and find the key that signs.

    Args:
        place: where it is.
        scheme: how an RSA key signs.
        ask_pin: gives the PIN; called once.
        choose: lets a person choose between certificates; None where nobody is there.

    Raises:
        SigningProblem: no such token, a wrong PIN, no or several certificates, a key that does not
            fit its certificate or cannot sign by that scheme.

    """
    with explained():
        token = _find_token(place)
        with token.open() as session:
            stored = list(_certificates(session))
        # Some tokens show their certificates only to who has given the PIN.
        chosen = _choose(stored, place, choose) if stored else None
        opened = _log_in(token, ask_pin, chosen)
        stored = stored or list(_certificates(opened))
        chosen = chosen or _choose(stored, place, choose)
        key = _key_of(opened, chosen)
        chain = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        chain.register_multiple([one.certificate for one in stored if one.certificate.ca])
        signer = TokenSigner(opened, key, chosen.certificate, chain, scheme)
        signer.probe()
    return credentials_of(signer)


@dataclass(frozen=True, slots=True)
class TokenLook:
    """What a token shows to who has no PIN."""

    label: str
    tries: Tries
    certificates: tuple[TokenCertificate, ...]


def look_at_token(place: TokenPlace) -> TokenLook:
    """Look at a token without opening it.

    Raises:
        SigningProblem: it is not there, or has not the certificate that the settings name.

    """
    with explained():
        token = _find_token(place)
        with token.open() as session:
            stored = list(_certificates(session))
    if place.certificate and stored:
        stored = [_choose(stored, place, None)]
    told = tuple(one.told for one in stored if not one.certificate.ca)
    return TokenLook(token.label, _tries(token), told)


def _find_token(place: TokenPlace) -> pkcs11.Token:
    try:
        library = pkcs11.lib(str(place.module))
    except (RuntimeError, OSError) as error:
        raise SigningProblem("module_unusable", path=str(place.module)) from error
    try:
        found = _meant(place, library)
    except PKCS11Error:
        found = []
    if not found:
        # What was pulled out or put in later is not seen by a module that has been running since.
        library.reinitialize()
        found = _meant(place, library)
    if not found:
        names = ", ".join(token.label for token in _ready_tokens(library))
        raise SigningProblem("token_missing", wanted=_told(place), found=names or "-")
    if len(found) > 1:
        raise SigningProblem("token_ambiguous", found=", ".join(token.label for token in found))
    return found[0]


def _told(place: TokenPlace) -> str:
    return place.token or ("-" if place.slot is None else str(place.slot))


def _ready_tokens(library: Any) -> list[pkcs11.Token]:
    """The tokens that are there and have been set up."""
    tokens = [slot.get_token() for slot in library.get_slots(token_present=True)]
    return [token for token in tokens if token.flags & TokenFlag.TOKEN_INITIALIZED]


def _meant(place: TokenPlace, library: Any) -> list[pkcs11.Token]:
    """The tokens that the settings may mean."""
    ready = _ready_tokens(library)
    if place.slot is not None:
        wanted = library.get_slots()[place.slot : place.slot + 1]
        ready = [token for token in ready if token.slot in wanted]
    if place.token:
        names = (place.token, place.token.encode())
        ready = [token for token in ready if token.label in names or token.serial.strip() in names]
    return ready


def _certificates(session: pkcs11.Session) -> Iterator[_Stored]:
    for found in list(session.get_objects({Attribute.CLASS: ObjectClass.CERTIFICATE})):
        try:
            certificate = x509.Certificate.load(found[Attribute.VALUE], strict=True)
            certificate.subject.human_friendly  # noqa: B018 - parse now, not later
        except ValueError:
            continue
        yield _Stored(certificate, bytes(found[Attribute.ID] or b""))


def _wrong_pin(token: pkcs11.Token) -> SigningProblem:
    """What to say after a wrong PIN: how many the token still takes, as far as it tells."""
    left = _tries(token.slot.get_token())
    if left is Tries.LOCKED:
        return SigningProblem("token_locked", token=token.label)
    if left is Tries.LAST:
        return SigningProblem("pin_wrong_last", token=token.label)
    if left is Tries.LOW:
        return SigningProblem("pin_wrong_low", token=token.label)
    return SigningProblem("pin_wrong_usual", token=token.label)


def _choose(stored: Sequence[_Stored], place: TokenPlace, choose: Choose | None) -> _Stored:
    """The certificate that the settings name, or the only one, or the one that a person chooses."""
    own = [one for one in stored if not one.certificate.ca and is_for_signing(one.certificate)]
    if place.certificate:
        wanted = place.certificate
        named = [
            one
            for one in own
            if one.key_id.hex() == wanted.lower().replace(":", "")
            or fold(wanted) in fold(one.certificate.subject.human_friendly)
        ]
    else:
        named = own
    if not named:
        found = "; ".join(one.told.subject for one in own) or "-"
        raise SigningProblem("certificate_not_on_token", wanted=place.certificate or "-", found=found)
    if len(named) == 1:
        return named[0]
    told = [one.told for one in named]
    if choose is None:
        found = "; ".join(f"{one.key_id}: {one.subject} ({one.not_after})" for one in told)
        raise SigningProblem("certificate_ambiguous", found=found)
    return named[choose(told)]


def _tries(token: pkcs11.Token) -> Tries:
    flags = token.flags
    if flags & TokenFlag.USER_PIN_LOCKED:
        return Tries.LOCKED
    if flags & TokenFlag.USER_PIN_FINAL_TRY:
        return Tries.LAST
    return Tries.LOW if flags & TokenFlag.USER_PIN_COUNT_LOW else Tries.USUAL


def _log_in(token: pkcs11.Token, ask_pin: AskPin, chosen: _Stored | None) -> pkcs11.Session:
    """Open a session with the PIN, which is tried once.

    A token with a keypad of its own asks for it there.
    """
    tries = _tries(token)
    if tries is Tries.LOCKED:
        raise SigningProblem("token_locked", token=token.label)
    pin: Any = pkcs11.PROTECTED_AUTH
    if not token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH:
        holder = _holder_of(chosen)
        pin = ask_pin(PinRequest(token.label, holder, tries))
    try:
        return token.open(user_pin=pin)
    except UserAlreadyLoggedIn:
        # The officer's key lies on the same token.
        return token.open()
    except (PinIncorrect, PinInvalid, PinLenRange):
        # Not chained: the library's error may hold what was typed.
        raise _wrong_pin(token) from None
    except PinLocked:
        raise SigningProblem("token_locked", token=token.label) from None


def _holder_of(chosen: _Stored | None) -> str:
    """Whom the PIN is asked for; nobody is named yet where the token hides its certificates."""
    return chosen.certificate.subject.human_friendly if chosen else "-"


def _key_of(session: pkcs11.Session, chosen: _Stored) -> Any:
    """The private key of a certificate: the one with its id, else the one with its public key.

    Makers label keys and certificates as they like, so labels say nothing.
    """
    keys: list[Any] = list(session.get_objects({Attribute.CLASS: ObjectClass.PRIVATE_KEY}))
    if chosen.key_id:
        same = [key for key in keys if bytes(key[Attribute.ID] or b"") == chosen.key_id]
        if len(same) == 1:
            return same[0]
        keys = same or keys
    fitting = [key for key in keys if _fits(session, key, chosen.certificate)]
    if not fitting:
        raise SigningProblem("key_not_on_token", holder=chosen.certificate.subject.human_friendly)
    return fitting[0]


def _fits(session: pkcs11.Session, key: Any, certificate: x509.Certificate) -> bool:
    public = certificate.public_key
    if key.key_type is KeyType.RSA and public.algorithm == "rsa":
        modulus: int = public["public_key"].parsed["modulus"].native
        return int.from_bytes(key[Attribute.MODULUS], "big") == modulus
    if key.key_type is not KeyType.EC or public.algorithm != "ec":
        return False
    query = {Attribute.CLASS: ObjectClass.PUBLIC_KEY, Attribute.ID: key[Attribute.ID]}
    point = public["public_key"].contents[1:]
    return any(bytes(found[Attribute.EC_POINT]).endswith(point) for found in list(session.get_objects(query)))
