#!/bin/sh
# Prints a Python that can make the environment, or says what is missing. $PYTHON wins when it is set.
# Each candidate is run, because a version manager's shim can exist and still answer "not selected here".
for candidate in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python python3 python3.14; do
    if "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 12) <= sys.version_info < (4, 0))' 2>/dev/null; then
        command -v "$candidate"
        exit 0
    fi
done
cat >&2 <<'SENTENCE'
kaibo: no Python of version 3.12 or newer with the venv module was found.
  fix: install one (Debian, Ubuntu: apt install python3 python3-venv; macOS: brew install python@3.13),
       or name it: make install PYTHON=/path/to/python3.13
SENTENCE
exit 1
