#!/bin/sh
# The project's commands on a machine that has python3 (3.11 or newer) with venv, and nothing else.
#   ./do setup | demo | test | lint | bench | lock     (arguments are passed on)
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
cd "$here"

fail() { printf 'do: %s\n' "$1" >&2; exit 1; }

make_venv() {
  [ -x .venv/bin/python ] && return
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null ||
    fail "python3 3.11 or newer is needed; python3 here is: $(python3 --version 2>&1 || echo missing)"
  python3 -c 'import venv, ensurepip' 2>/dev/null ||
    fail "python3 has no venv module. On Debian and Ubuntu: apt-get install python3-venv"
  rm -rf .venv
  python3 -m venv .venv >&2 || fail "python3 -m venv failed. On Debian and Ubuntu: apt-get install python3-venv"
}

# Installs a lock once; the stamp is written last, so an interrupted set-up is done again.
# A lock is complete, so nothing is resolved: older pips otherwise take the newest release for `name[extra]`.
install() {
  make_venv
  stamp=".venv/$(basename "$1").installed"
  if ! cmp -s "$1" "$stamp"; then
    printf 'Setting up .venv from %s (once) ...\n' "$1" >&2
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes --no-deps -r "$1" >&2 ||
      fail "installing $1 failed; the reason stands above. It needs a Python package registry (pip's index)."
    cp "$1" "$stamp"
  fi
}

command=${1:-help}
[ $# -gt 0 ] && shift
case "$command" in
  setup) install requirements.lock ;;
  demo) install requirements.lock; exec .venv/bin/python run.py demo "$@" ;;
  test) install requirements-dev.lock; exec .venv/bin/python -m pytest "$@" ;;
  lint)
    install requirements-dev.lock
    .venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy ;;
  bench) install requirements-dev.lock; exec .venv/bin/python -m benchmarks "$@" ;;
  lock)
    [ -x .uv/bin/uv ] || { python3 -m venv .uv && .uv/bin/pip install --quiet uv==0.13.9; }
    for lock in "requirements.lock:" "requirements-dev.lock:--group dev --all-extras"; do
      # shellcheck disable=SC2086 -- the group is two words
      .uv/bin/uv pip compile pyproject.toml ${lock#*:} --universal --generate-hashes \
        --no-emit-index-url --custom-compile-command "./do lock" --quiet -o "${lock%%:*}"
    done ;;
  *) sed -n '2,3s/^# //p' "$0"; [ "$command" = help ] || exit 1 ;;
esac
