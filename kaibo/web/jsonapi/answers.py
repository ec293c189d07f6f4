"""One model for all answers of a type: Ninja makes one for each operation and status, a tenth of a server's start."""

from typing import Any

from ninja import Schema
from ninja.operation import Operation

_make = Operation._create_response_model
_made: dict[Any, type[Schema] | None] = {}


def _made_once(self: Operation, response_param: Any) -> type[Schema] | None:
    if response_param not in _made:
        _made[response_param] = _make(self, response_param)
    return _made[response_param]


def share_models() -> None:
    """Let all operations that are declared from now on share them."""
    Operation._create_response_model = _made_once  # type: ignore[method-assign]
