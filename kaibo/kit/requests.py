"""The request that is being answered: its name stands in log lines, here and in other processes that help with it."""

from contextvars import ContextVar

current_request: ContextVar[str] = ContextVar("kaibo_request", default="")
"""What the proxy or we called it; empty outside of a request."""
