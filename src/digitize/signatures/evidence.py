"""What proves that a certificate holds when it signs: anchors, CRLs, OCSP answers.

Gathered before signing, used for a whole batch, and embedded where the level asks for it. Nothing
is fetched unless the settings allow it.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from asn1crypto import cms, crl, ocsp, x509
from pyhanko.sign.general import CMSExtractionError, CMSStructuralError
from pyhanko.sign.timestamps import TimeStamper, TimestampRequestError
from pyhanko.sign.validation.generic_cms import extract_certs_for_validation
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator import errors as path_errors
from pyhanko_certvalidator.fetchers.aiohttp_fetchers import AIOHttpFetcherBackend

from digitize.errors import SigningProblem
from digitize.model import Problem
from digitize.signatures.names import holder_name

_GOOD_FOR = dt.timedelta(minutes=30)
"""How long an answer about a certificate is used again: long enough for a batch, short enough for a
revocation of this morning to stop the signatures of this afternoon."""

_CLOCKS_APART = dt.timedelta(minutes=5)


@dataclass
class Evidence:
    """Anchors and revocation data, and what was found out with them.

    Attributes:
        anchors: certificates that end the path of trust.
        revocations: CRLs that are known.
        fetch: whether OCSP answers and CRLs may be fetched from where certificates say they lie.
        timeout: seconds for one answer.
        answers: OCSP answers that came.

    """

    anchors: tuple[x509.Certificate, ...] = ()
    revocations: tuple[crl.CertificateList, ...] = ()
    fetch: bool = False
    timeout: float = 15.0
    answers: tuple[ocsp.OCSPResponse, ...] = field(default=(), repr=False)
    _asked: dict[bytes, dt.datetime] = field(default_factory=dict, repr=False)

    @property
    def has_revocation(self) -> bool:
        """Whether anything can be known about revocation."""
        return bool(self.revocations or self.answers) or self.fetch

    def context(self, moment: dt.datetime) -> ValidationContext:
        """Everything that is known, for pyHanko to check and embed; it fetches nothing."""
        return ValidationContext(
            trust_roots=list(self.anchors),
            crls=list(self.revocations),
            ocsps=list(self.answers),
            allow_fetching=False,
            revocation_mode="require",
            moment=moment,
        )

    def prove(
        self,
        certificate: x509.Certificate,
        others: Sequence[x509.Certificate],
        moment: dt.datetime,
        *,
        required: bool,
    ) -> Problem | None:
        """Make sure that a certificate leads to an anchor and is not revoked.

        Args:
            certificate: that of a signer or a timestamp authority.
            others: certificates between it and an anchor.
            moment: when it signs.
            required: whether revocation has to be known.

        Returns:
            What could not be checked, where that is no reason to refuse.

        Raises:
            SigningProblem: it is revoked or leads to no anchor, or its state is required and not known.

        """
        name = holder_name(certificate)
        asked = self._asked.get(certificate.sha256)
        if asked is not None and abs(moment - asked) < _GOOD_FOR:
            return None
        if not self.anchors and not required:
            return Problem("signer_unproven", {"holder": name})
        try:
            asyncio.run(self._validate(certificate, others, moment, required=required))
        except path_errors.RevokedError as error:
            raise SigningProblem("certificate_revoked", holder=name) from error
        except path_errors.InsufficientRevinfoError as error:
            raise SigningProblem("revocation_unavailable", holder=name) from error
        except path_errors.PathBuildingError as error:
            raise SigningProblem("certificate_untrusted", holder=name) from error
        except (path_errors.ValidationError, ValueError) as error:
            raise SigningProblem(
                "certificate_path_broken", holder=name, detail=type(error).__name__
            ) from error
        self._asked[certificate.sha256] = moment
        return None if self.has_revocation else Problem("revocation_not_checked", {"holder": name})

    def prove_authority(
        self, timestamper: TimeStamper, moment: dt.datetime, *, required: bool
    ) -> Problem | None:
        """The same for a timestamp authority, which is asked for a first timestamp; its clock is compared.

        Raises:
            SigningProblem: it does not answer, what it answers is no timestamp, or what ``prove`` raises.

        """
        token = asyncio.run(request_dummy(timestamper))
        try:
            signed = token["content"]
            certificates = extract_certs_for_validation(signed)
            told: dt.datetime = signed["encap_content_info"]["content"].parsed["gen_time"].native
        except (CMSExtractionError, CMSStructuralError, ValueError, TypeError) as error:
            raise SigningProblem("authority_down", detail=type(error).__name__) from error
        new = bool(self.anchors) and certificates.signer_cert.sha256 not in self._asked
        if new and abs(told - moment) > _CLOCKS_APART:
            raise SigningProblem("clock_differs", told=str(told), here=str(moment))
        return self.prove(certificates.signer_cert, list(certificates.other_certs), moment, required=required)

    async def _validate(
        self,
        certificate: x509.Certificate,
        others: Sequence[x509.Certificate],
        moment: dt.datetime,
        *,
        required: bool,
    ) -> None:
        mode = "require" if required or self.has_revocation else "soft-fail"
        backend = AIOHttpFetcherBackend(per_request_timeout=self.timeout) if self.fetch else None
        context = ValidationContext(
            trust_roots=list(self.anchors),
            other_certs=list(others),
            crls=list(self.revocations),
            ocsps=list(self.answers),
            allow_fetching=self.fetch,
            fetcher_backend=backend,
            revocation_mode=mode,
            moment=moment,
        )
        try:
            await CertificateValidator(
                certificate, intermediate_certs=others, validation_context=context
            ).async_validate_path()
        finally:
            if backend is not None:
                await backend.close()  # type: ignore[no-untyped-call]
        known = {one.dump() for one in self.revocations}
        self.revocations += tuple(one for one in context.crls if one.dump() not in known)
        heard = {one.dump() for one in self.answers}
        self.answers += tuple(one for one in context.ocsps if one.dump() not in heard)


async def request_dummy(timestamper: TimeStamper) -> cms.ContentInfo:
    """A first timestamp, kept by the timestamper, which reserves room by its size.

    Raises:
        SigningProblem: the authority does not answer, or what it answers is no timestamp.

    """
    try:
        return await timestamper.async_dummy_response("sha256")
    except TimestampRequestError as error:
        raise SigningProblem("authority_down", detail=str(error)) from error
    except (OSError, ValueError) as error:
        raise SigningProblem("authority_down", detail=type(error).__name__) from error
