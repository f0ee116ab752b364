#!/usr/bin/env bash
# Every check of the project, cheapest first; the README's test command. Prints how long each step took.
set -euo pipefail
cd "$(dirname "$0")/.."

step() {
    local name=$1 start=$SECONDS
    shift
    printf '\n== %s\n' "$name"
    "$@"
    printf -- '-- %s: %s s\n' "$name" "$((SECONDS - start))"
}

# `generated/` is output: rustfmt would disagree with prettyplease about it.
hand_written=(-p genesys-codegen -p genesys-cloud-runtime -p genesys-cloud-tests)
with_redis=(--features genesys-cloud-runtime/redis)

step 'format' cargo fmt --check "${hand_written[@]}"
step 'generated/ is what the generator writes' cargo run -q -p genesys-codegen -- check
step 'clippy' cargo clippy -q "${hand_written[@]}" "${with_redis[@]}" --all-targets -- -D warnings
step 'tests' cargo test -q "${hand_written[@]}" "${with_redis[@]}"
