#!/usr/bin/env bash
# Lets libFuzzer look for inputs that break a parser: fuzz/run.sh SECONDS [TARGET…], by default all targets, one after the other.
#
# Needs a nightly compiler and a C++ compiler. What breaks a target is kept in fuzz/corpus/TARGET as crash-… or timeout-…,
# where `cargo test --test fuzz` finds it from then on. Inputs that reach new code are kept in fuzz/target/found/TARGET, and the
# next run begins with them. A line for each target closes the run; its status is 1 when anything broke.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:?fuzz/run.sh SECONDS [TARGET…]}
shift
command -v cargo-fuzz >/dev/null || cargo install --quiet --locked --version 0.13.2 cargo-fuzz
# No sanitizer: the code is safe Rust, and without one there are several times as many inputs. Overflows panic all the same.
cargo +nightly fuzz build --sanitizer none any
program=fuzz/target/$(rustc +nightly -vV | sed -n 's/^host: //p')/release/any

if [ $# = 0 ]; then
  read -r -d '' -a targets < <("$program" -runs=0 2>/dev/null) || true
else
  targets=("$@")
fi

report=$(printf '%-16s %12s %8s %8s' target executions seconds broken)
broken=0
for target in "${targets[@]}"; do
  found=fuzz/target/found/$target
  log=fuzz/target/found/$target.log
  mkdir -p "$found"
  begun=$SECONDS
  status=0
  SWITCHBOARD_FUZZ_TARGET=$target "$program" "$found" "fuzz/corpus/$target" \
    -max_total_time="$seconds" -max_len=16384 -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="fuzz/corpus/$target/" >"$log" 2>&1 || status=$?
  executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log" | tail -n 1)
  bad=0
  if [ "$status" != 0 ]; then
    bad=1
    broken=1
    tail -n 30 "$log" >&2
  fi
  line=$(printf '%-16s %12s %8s %8s' "$target" "${executions:-?}" $((SECONDS - begun)) "$bad")
  echo "$line"
  report+=$'\n'$line
done
printf '\n%s\n' "$report"
exit "$broken"
