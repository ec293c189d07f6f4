"""A workbook is opened in a process of its own first: a few changed bytes can make its reader ask for 400 GB, and then
it does not raise, it ends the process, which must not be the one that serves.
"""

import subprocess
import sys
from pathlib import Path

MOST_MEMORY = 4 * 1024**3
"""Of addresses. The largest export that is taken, 500,000 rows of 60 cells, needs about 1.5 GB."""
MOST_MEMORY_OLD, GROWTH_OLD = 1024**3, 10
"""Of an .xls, and more for each of its bytes: not packed, a sheet has at most 65,536 rows of 256 cells (0.5 GB; two
sheets of 65,000 rows of 25 need 0.4). What asks for more is broken; to hand out 4 GB first takes seconds."""
MOST_SECONDS = 180
_LOOK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]),) * 2)
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import python_calamine
try:
    with python_calamine.load_workbook(sys.argv[1]) as book:
        for sheet in book.sheet_names[: int(sys.argv[3])]:
            book.get_sheet_by_name(sheet)
except BaseException:
    pass
"""


def can_be_read(path: Path, *, most_sheets: int, is_old: bool) -> bool:
    """Whether the reader ends with an answer, be it a refusal, within memory and time. Cost: one start of Python and
    a reading; `is_old`: an .xls. Always True where processes have no limits (Windows)."""
    if sys.platform == "win32":
        return True
    memory = min(MOST_MEMORY, MOST_MEMORY_OLD + GROWTH_OLD * path.stat().st_size) if is_old else MOST_MEMORY
    command = [sys.executable, "-I", "-c", _LOOK, str(path), str(memory), str(most_sheets)]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
