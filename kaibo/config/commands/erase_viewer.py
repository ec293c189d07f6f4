"""`kaibo erase-viewer`."""

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("erase-viewer")
    def erase_viewer(
        viewer: Annotated[str, typer.Argument(help="The platform's id of the viewer, or the v_… of our log.")],
        *,
        platform: Annotated[str, typer.Option(help="Platform the id is of.")] = "",
        as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    ) -> None:
        """Forget a viewer who asks for it: the name for ever, the words of their comments with the next night."""
        from kaibo.config.cli import emit, migrate, start_django

        start_django()
        migrate()
        from kaibo.operations.privacy import api as privacy
        from kaibo.operations.privacy.errors import NoViewer

        if not platform and not viewer.startswith("v_"):
            raise NoViewer("the id of which platform?", fix="add --platform douyin, or name the v_… of our log")
        done = privacy.erase(viewer, platform=platform, actor="system:command")
        emit({"viewer": done.viewer_id, "had_name": done.had_name}, as_json=as_json)
