"""Build hook: puts the browser libraries, the compiled translations and the character tables into the wheel."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class AssetsHook(BuildHookInterface[Any]):
    """Runs before a wheel is built; an editable install gets its files from `python -m kaibo.config.assets`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Fetch and compile into the source tree, from where `artifacts` takes them."""
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root)))
        from kaibo.config import assets

        assets.fetch_libraries()
        assets.compile_catalogues()
        assets.build_tables()
