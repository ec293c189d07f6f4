"""What every page knows: the team's zone, the version, the menu."""

from typing import Any

from django.http import HttpRequest

from kaibo import __version__
from kaibo.kit import env


def shell(request: HttpRequest) -> dict[str, Any]:
    """Variables of the page frame."""
    return {"kaibo_version": __version__, "team_zone": str(env.zone()), "path": request.path}
