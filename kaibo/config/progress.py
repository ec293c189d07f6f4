"""A progress bar on a terminal, silence elsewhere: what pipes and logs read stays clean."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

type Tell = Callable[[str, int, int], None]


@contextmanager
def bar(*, is_wanted: bool = True) -> Generator[Tell | None]:
    """A function to call as (phase, done, total), drawn on standard error; None when nobody watches."""
    if not (is_wanted and sys.stderr.isatty()):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as drawn:
        tasks: dict[str, object] = {}

        def tell(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = drawn.add_task(phase, total=total)
            drawn.update(tasks[phase], completed=done, total=total)  # type: ignore[arg-type]

        yield tell
