#!/bin/sh
# Resolves the three locks again: exact versions with hashes, for every system, without any index address.
set -eu
cd "$(dirname "$0")/.."
resolve() { uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.12 "$@"; }
resolve pyproject.toml --extra postgres --output-file requirements/runtime.lock
resolve pyproject.toml --extra postgres --group dev --constraint requirements/runtime.lock --output-file requirements/dev.lock
resolve pyproject.toml --extra postgres --group dev --group bench --constraint requirements/dev.lock \
    --output-file requirements/bench.lock
