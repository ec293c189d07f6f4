"""`kaibo compliance verify`."""

from enum import StrEnum
from typing import Annotated

import typer


class Act(StrEnum):
    """What to do with the evidence."""

    verify = "verify"


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command()
    def compliance(
        act: Annotated[Act, typer.Argument(help="verify: read the chain of evidence from end to end.")],  # noqa: ARG001
        head: Annotated[str, typer.Option(help="A digest handed out earlier; it must still be in the chain.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Check that the evidence of violation cases is as it was written. Exit 1 when it is not."""
        from kaibo.config.cli import FAILED, emit, migrate, start_django

        start_django()
        migrate()
        from kaibo.operations.compliance import api

        verdict = api.verify_chain()
        breaks = [{"row": one.seq, "case": one.case_id, "problem": one.problem} for one in verdict.breaks]
        if head and not api.chain_has(head):
            breaks.append({"row": 0, "case": None, "problem": f"no row has the digest {head}"})
        if as_json:
            emit({"rows": verdict.rows, "head": verdict.head, "breaks": breaks}, as_json=True)
        else:
            for one in breaks:
                typer.echo(f"row {one['row']}, case {one['case'] or '-'}: {one['problem']}")
            typer.echo(f"{verdict.rows} rows, newest digest {verdict.head}: {'BROKEN' if breaks else 'holds'}")
        if breaks:
            raise typer.Exit(FAILED)
