"""One model for all answers of a type: Ninja makes one for each operation and status, a tenth of a server's start."""

from typing import Any

from ninja.operation import Operation

_make = Operation._create_response_model
_made: dict[Any, Any] = {}


def _made_once(operation: Operation, told: Any) -> Any:
    if told not in _made:
        _made[told] = _make(operation, told)
    return _made[told]


def share_models() -> None:
    """Let all operations that are declared from now on share them."""
    Operation._create_response_model = _made_once  # type: ignore[method-assign]
