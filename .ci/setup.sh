#!/usr/bin/env bash
# The environment in .venv: made on first use and again when requirements.lock changes; when only pyproject.toml
# changed, the project alone is installed again. Does nothing, quickly, when all is as it should be.
# PYTHON=... names the interpreter. The stamp is written last, so an interrupted set-up is begun anew.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1

venv=${VENV:-.venv}
lock=${LOCK:-requirements.lock}
stamp=$venv/setup.stamp
log=$venv/setup.log
needed_mb=2500
unset PYTHONDONTWRITEBYTECODE PYTHONPATH PYTHONHOME # byte code halves the start of every command

fail() {
    printf 'make setup: %s\n' "$1" >&2
    exit 1
}

# Prints the interpreter to use; one that is fit but lacks venv only when there is no better one.
find_python() {
    local candidate without_venv=
    for candidate in ${PYTHON:-python3.11 python3.12 python3.13 python3}; do
        "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null || continue
        if "$candidate" -c 'import venv, ensurepip' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        fi
        without_venv=${without_venv:-$candidate}
    done
    [ -z "$without_venv" ] || fail "$without_venv lacks its venv module; install it (Debian, Ubuntu: apt-get install python3-venv), or name another Python with PYTHON=/path/to/python3.12."
    [ -z "${PYTHON:-}" ] || fail "PYTHON=$PYTHON is no Python 3.11, 3.12 or 3.13 ($("$PYTHON" --version 2>&1 | head -n 1)); name one that is."
    fail "no Python 3.11, 3.12 or 3.13 found (python3: $(python3 --version 2>&1 | head -n 1)); install one, or name it with PYTHON=/path/to/python3.12."
}

# Runs a step with its output in the log; a failure becomes the one sentence that tells what to do.
step() {
    "$@" >>"$log" 2>&1 && return
    local reason="see $log: $(grep -v '^$' "$log" | tail -n 1)"
    if grep -q 'No space left on device' "$log"; then
        reason="no space left on the disk of $PWD; free about $needed_mb MB and start again."
    elif grep -qE 'DO NOT MATCH THE HASHES|Hashes are required' "$log"; then
        reason="a package differs from the hash in $lock; do not use it: check which index pip is set to."
    elif grep -qE 'NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|NameResolutionError|Connection (refused|reset|broken)|Network is unreachable' "$log"; then
        reason="the package index cannot be reached; check the network (or pip's settings) and start again."
    elif grep -q 'No matching distribution found' "$log"; then
        reason="the package index has no $(sed -n 's/.*No matching distribution found for //p' "$log" | tail -n 1) for this machine; see $log."
    fi
    fail "$reason"
}

make_environment() {
    local python free_mb
    python=$(find_python) || exit 1
    rm -f "$stamp"
    rm -rf "$venv" || fail "the old environment $venv cannot be removed; remove it by hand."
    free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
    [ "${free_mb:-$needed_mb}" -ge "$needed_mb" ] || fail "$free_mb MB free on the disk of $PWD, about $needed_mb MB needed; free some and start again."
    printf 'Making the environment in %s with %s: once, for a few minutes ...\n' "$venv" "$("$python" --version)" >&2
    mkdir -p "$venv" || fail "the folder $venv cannot be made; is $PWD writable?"
    step "$python" -m venv "$venv"
    step "$venv/bin/python" -m pip install --no-input --disable-pip-version-check --retries 2 --no-deps --no-compile --require-hashes -r "$lock"
    # In parallel; a package may carry files for other Pythons, which do not compile and are not needed.
    "$venv/bin/python" -W ignore -m compileall -qq -j 0 "$venv/lib" >>"$log" 2>&1 || true
}

install_project() {
    step "$venv/bin/python" -m pip install --no-input --disable-pip-version-check --no-deps --no-build-isolation --editable .
    "$venv/bin/python" -m compileall -qq -j 0 pipelines models >>"$log" 2>&1 || true # a syntax error is lint's to tell
}

python_wanted=${PYTHON:+$("$PYTHON" --version 2>&1)}
lock_now="$(cksum <"$lock") $PWD ${python_wanted:-$("$venv/bin/python" --version 2>/dev/null)}" # it cannot be moved
project_now=$(cksum <pyproject.toml)
lock_then=$(sed -n 1p "$stamp" 2>/dev/null)
project_then=$(sed -n 2p "$stamp" 2>/dev/null)
[ "$lock_now" = "$lock_then" ] && [ "$project_now" = "$project_then" ] && exit 0

if [ "$lock_now" != "$lock_then" ]; then
    make_environment
    lock_now="$(cksum <"$lock") $PWD $("$venv/bin/python" --version)"
fi
rm -f "$stamp"
install_project
printf '%s\n%s\n' "$lock_now" "$project_now" >"$stamp.new" && mv "$stamp.new" "$stamp" || fail "$stamp cannot be written; free some disk space and start again."
