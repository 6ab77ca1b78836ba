"""The person at the terminal who opens keys."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.prompt import IntPrompt

from digitize.cli.session import Session
from digitize.signatures.tokens import PinRequest, TokenCertificate, Tries


class TerminalKeyHolder:
    """Asks at the terminal, without showing what is typed."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def passphrase(self, path: Path) -> str:
        """Ask for the passphrase of a PKCS#12 file."""
        return self._session.ask_secret("passphrase", name=path.name)

    def pin(self, request: PinRequest) -> str:
        """Ask for the PIN of a token, once; say so where few tries are left."""
        if request.tries is Tries.LAST:
            self._session.say("pin_tries_last", token=request.token)
        elif request.tries is Tries.LOW:
            self._session.say("pin_tries_low", token=request.token)
        return self._session.ask_secret("pin", token=request.token, holder=request.holder)

    def choose(self, certificates: Sequence[TokenCertificate]) -> int:
        """Show the certificates and let the person choose one."""
        session = self._session
        session.err.print(session.text("say.choose_certificate"), markup=False)
        for number, one in enumerate(certificates, start=1):
            line = session.text(
                "say.certificate_line",
                number=number,
                subject=one.subject,
                until=one.not_after,
                key=one.key_id,
            )
            session.err.print(line, markup=False)
        numbers = [str(number + 1) for number in range(len(certificates))]
        question = session.text("say.your_answer")
        return IntPrompt.ask(question, console=session.err, choices=numbers, show_choices=False) - 1
