"""``digitize worker``: read pages for runs on other machines."""

from pathlib import Path
from typing import Annotated

import typer

from digitize.cli.session import Session, command
from digitize.errors import ExitCode


def register(app: typer.Typer, session: Session) -> None:
    """Add the command."""

    @command(app, session, "worker")
    def worker(
        address: Annotated[str, typer.Argument(metavar="ADDRESS", help=session.text("help.worker.address"))],
        jobs: Annotated[
            int | None,
            typer.Option("--jobs", min=1, help=session.text("help.worker.jobs"), show_default=False),
        ] = None,
        ca: Annotated[
            Path | None, typer.Option("--ca", help=session.text("help.worker.ca"), show_default=False)
        ] = None,
        cert: Annotated[
            Path | None, typer.Option("--cert", help=session.text("help.worker.cert"), show_default=False)
        ] = None,
        key: Annotated[
            Path | None, typer.Option("--key", help=session.text("help.worker.key"), show_default=False)
        ] = None,
        host: Annotated[
            str | None, typer.Option("--host", help=session.text("help.worker.host"), show_default=False)
        ] = None,
        port: Annotated[
            int, typer.Option("--port", min=0, max=65535, help=session.text("help.worker.port"))
        ] = 0,
        scratch: Annotated[
            Path | None,
            typer.Option("--scratch", help=session.text("help.worker.scratch"), show_default=False),
        ] = None,
        nice: Annotated[
            int, typer.Option("--nice", min=0, max=19, help=session.text("help.worker.nice"))
        ] = 10,
    ) -> int:
        from digitize.pipeline.cluster_address import keys_from
        from digitize.pipeline.cluster_serving import ServingPlan, serve_cluster

        serve_cluster(
            ServingPlan(address, keys_from(ca, cert, key), jobs, host, port, scratch, nice), session.say
        )
        return ExitCode.DONE
