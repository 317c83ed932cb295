#!/bin/sh
# Writes the locks anew from pyproject.toml; needs `uv`. Index addresses are left out: they are the machine's own matter.
set -eu
cd "$(dirname "$0")/.."
lock="uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header"
$lock pyproject.toml requirements/build.in -o requirements/run.lock
$lock --extra dev -c requirements/run.lock pyproject.toml requirements/build.in -o requirements/dev.lock
$lock --no-deps requirements/test-assets.in -o requirements/test-assets.lock
$lock --no-deps requirements/encoder-assets.in -o requirements/encoder-assets.lock
