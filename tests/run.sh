#!/usr/bin/env bash
# Runs the checks of the project: tests/run.sh [STEP…], by default all of them, in the order of `all`.
#
# Each step's output is shown and kept; the first step that fails ends the run. A summary closes it, with the test
# runners' own last lines. Nothing that was started outlives this script, however it ends.
set -euo pipefail
set -m # every step gets a process group of its own, which can be ended as one
cd "$(dirname "$0")/.."

all="packages fmt clippy doc deny build postgres rust faults clients npm web dist e2e"

# --- The steps. Each runs in a shell of its own, in the project's folder.

# Debian packages that are missing are installed; elsewhere a missing tool fails where it is used.
step_packages() {
  if ! command -v dpkg-query >/dev/null; then
    echo "not a Debian system: what system-packages.txt names must be there by other means"
    return
  fi
  local missing=() installed name
  # By name, or as what another package provides: some packages of nodejs bring npm.
  installed=$(dpkg-query -W -f '${db:Status-Abbrev}|${Package},${Provides}\n' | sed -n 's/^ii *|//p' |
    tr ',' '\n' | sed 's/(.*//; s/ //g')
  for name in $(sed 's/#.*//' system-packages.txt); do
    grep -qxF "$name" <<<"$installed" || missing+=("$name")
  done
  if [ ${#missing[@]} = 0 ]; then
    echo "all packages of system-packages.txt are installed"
  elif [ "$(id -u)" != 0 ]; then
    echo "packages are missing and only root can install them: sudo apt-get install ${missing[*]}" >&2
    return 1
  else
    apt-get update -q
    install_without_starting "${missing[@]}"
  fi
}

# A policy-rc.d that says 101 keeps packages from starting their services: tests use a server of their own.
install_without_starting() {
  local policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    # shellcheck disable=SC2064 # the path is known now
    trap "rm -f '$policy'" EXIT
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod +x "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@"
}

step_fmt() { cargo fmt --check; }

step_clippy() { cargo clippy --quiet --locked --all-targets -- -D warnings; }

step_doc() { RUSTDOCFLAGS="-D warnings" cargo doc --quiet --locked --no-deps; }

# Licences, banned crates and sources; needs no network once the crates are there.
step_deny() {
  command -v cargo-deny >/dev/null || cargo install --quiet --locked --version 0.20.2 cargo-deny
  # Those of other platforms too, which nothing was built with so far.
  cargo fetch --quiet --locked
  cargo deny --offline --locked check bans licenses sources
}

# Unit tests alone: the fast loop.
step_unit() { cargo test --quiet --locked --lib; }

step_build() { cargo test --quiet --locked --no-run; }

step_postgres() {
  tests/postgres.sh start "$work/postgres" >"$work/postgres.url"
  echo "a private PostgreSQL runs in $work/postgres"
}

step_rust() {
  SWITCHBOARD_TEST_POSTGRES_URL=$(cat "$work/postgres.url")
  export SWITCHBOARD_TEST_POSTGRES_URL
  cargo test --locked --no-fail-fast
}

# The platforms' official clients, against the debug builds. What they need is kept beside those.
step_clients() { python3 tests/clients/run.py "${CARGO_TARGET_DIR:-target}/clients"; }

# Five planted faults, each found by the tests of its promise, and five points between two steps at which the program is killed.
# All of them: `make faults`, `make kills`.
step_faults() {
  if [ -f "$work/postgres.url" ]; then
    SWITCHBOARD_TEST_POSTGRES_URL=$(cat "$work/postgres.url")
    export SWITCHBOARD_TEST_POSTGRES_URL
  fi
  python3 tests/faults.py G3 G6 G10 G13 G17
  python3 tests/kills.py AfterCommit AfterCall EventWorked BytesStored BetweenMigrations
}

# Each fault of the surroundings, 20 times. Once each is in `rust`.
step_ill() {
  SWITCHBOARD_TEST_POSTGRES_URL=$(cat "$work/postgres.url")
  export SWITCHBOARD_TEST_POSTGRES_URL
  export SWITCHBOARD_FAULTS=${SWITCHBOARD_FAULTS:-20}
  cargo test --locked --test it -- --show-output ill_ clock:: leaves_and_returns
}

step_npm() {
  cd web
  if [ node_modules/.package-lock.json -nt package-lock.json ]; then
    echo "node_modules is as package-lock.json says"
  else
    npm ci --ignore-scripts --no-audit --no-fund
  fi
}

step_web() { cd web && npm run check; }

# Builds the pages elsewhere and compares them with those that the program embeds.
step_dist() {
  mkdir "$work/web"
  (cd web && find . -mindepth 1 -maxdepth 1 ! -name node_modules ! -name dist -exec cp -R {} "$work/web/" \;)
  ln -s "$PWD/web/node_modules" "$work/web/node_modules"
  (cd "$work/web" && npm run build)
  if ! diff -r web/dist "$work/web/dist"; then
    echo "web/dist is not what web/ builds: run \`make web\` and commit it" >&2
    return 1
  fi
  echo "web/dist is byte for byte what web/ builds"
}

step_e2e() {
  SWITCHBOARD_BIN="$PWD/${CARGO_TARGET_DIR:-target}/debug/switchboard"
  export SWITCHBOARD_BIN
  cd web && npm run e2e
}

# --- Running them.

# Everything temporary is in here; the user postgres must be able to pass through.
work=$(mktemp -d "${TMPDIR:-/tmp}/switchboard-test.XXXXXX")
chmod 711 "$work"
mkdir -m 711 "$work/tmp"
# Every process of a step carries this name in its environment, and is found by it at the end.
mark="SWITCHBOARD_TEST_RUN=$work"
running=""
outcome=0
report=""

main() {
  local steps=("$@") name
  [ $# -gt 0 ] || read -r -a steps <<<"$all"
  for name in "${steps[@]}"; do
    declare -F "step_$name" >/dev/null || fail "no step is called $name; there are: unit ill $all"
  done
  for name in "${steps[@]}"; do
    run_step "$name"
    [ "$outcome" = 0 ] || fail "$name failed"
  done
  printf '\n== passed\n%s' "$report"
}

# Leaves the step's exit status in `outcome`: bash would ignore errors inside a function that is tested directly.
run_step() {
  local name=$1 log="$work/$1.log" begun=$SECONDS said
  printf '\n== %s\n' "$name"
  (
    {
      export TMPDIR="$work/tmp" "${mark?}"
      "step_$name"
    } 2>&1 | tee "$log"
  ) </dev/null &
  running=$!
  outcome=0
  wait "$running" || outcome=$?
  end_group "$running"
  running=""
  report+=$(printf '%-9s %4d s' "$name" $((SECONDS - begun)))$'\n'
  said=$(closing_lines "$log")
  [ -z "$said" ] || report+=$said$'\n'
}

# What the runners themselves say at the end, the names of what failed, and why it did.
closing_lines() {
  sed 's/\x1b\[[0-9;]*m//g' "$1" |
    sed -nE 's/^ *(test result: .*|Test Files .*|Tests  .*|# (tests|pass|fail) .*|ℹ (tests|pass|fail) .*|test .* FAILED|FAIL .*|[0-9]+ of [0-9]+ (found|points survived)|process didn.t exit .*|✖ .*)$/          \1/p' |
    awk '!seen[$0]++' | tail -n 40
  awk '/^failures:$/ { told = 1 } /^test result:/ { told = 0 } told && /panicked at/ { left = 5 } left-- > 0' "$1" |
    cut -c 1-300 | head -n 40
}

fail() {
  printf '\n== %s\n%s' "$1" "$report" >&2
  exit 1
}

end_group() {
  kill -TERM -- "-$1" 2>/dev/null || true
}

# By process id, and only what this run has started: servers of PostgreSQL by their files, others by the mark.
end_everything() {
  local status=$? folder pid
  trap '' INT TERM HUP
  [ -z "$running" ] || end_group "$running"
  while read -r folder; do
    tests/postgres.sh stop "$(dirname "$(dirname "$folder")")" || true
  done < <(find "$work" -name postmaster.pid 2>/dev/null)
  for pid in $(left_behind); do
    echo "ending what was left: $pid $(tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | cut -c 1-100)" >&2
    kill -KILL "$pid" 2>/dev/null || true
  done
  rm -rf "$work"
  exit "$status"
}

left_behind() {
  local environment
  for environment in /proc/[0-9]*/environ; do
    if grep -qzxF "$mark" "$environment" 2>/dev/null; then
      basename "$(dirname "$environment")"
    fi
  done
}

trap end_everything EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

main "$@"
exit
