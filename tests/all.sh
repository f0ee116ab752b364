#!/usr/bin/env bash
# Every check of the project, the quickest to fail first; the README's test command. Prints how long each step took.
# `bash tests/all.sh quick` is the part to run before a commit: format, lints, and the tests of the runtime and the generator.
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
hand_written=(-p genesys-codegen -p genesys-cloud-runtime -p genesys-cloud-tests -p genesys-cloud-house -p genesys-cloud-leak-watch -p genesys-cloud-mock -p genesys-cloud-model)
# The small specs, compiled and run, and what is fuzzed.
small=(-p genesys-cloud-golden -p genesys-cloud-fuzz)
extras=redis,blocking,testing,jiff,chrono,time,notification-stream
runtime_features=(--features "$(printf 'genesys-cloud-runtime/%s,' ${extras//,/ })")

# The whole spec gives the same bytes on one thread as on all.
up_to_date() {
    cargo run -q -p genesys-codegen -- check
    RAYON_NUM_THREADS=1 cargo run -q -p genesys-codegen -- check
}

# cargo-fuzz, where it is, for a few seconds a target; the property tests over the same targets always run.
fuzz() {
    local target
    if ! cargo fuzz --version >/dev/null 2>&1; then
        echo 'skipped: cargo-fuzz is not here'
        return
    fi
    for target in model next_uri retry_after spec token; do
        RUSTC_BOOTSTRAP=1 cargo fuzz run --fuzz-dir tests/fuzz/cargo-fuzz --target-dir "${CARGO_TARGET_DIR:-target}/fuzz" "$target" \
            "tests/fuzz/inputs/$target" -- -max_total_time=10 -verbosity=0
    done
}

# Compiles, and without a warning.
check_quietly() {
    local said
    said=$(cargo check -q -p genesys-cloud "$@" 2>&1) && [ -z "$said" ] || { printf '%s\n' "$*" "$said"; return 1; }
}

# No feature, and each tag alone.
each_feature() {
    local feature
    check_quietly --no-default-features
    sed -n '/^full = \[/,/^\]/s/^ *"\(.*\)",$/\1/p' generated/Cargo.toml | while read -r feature; do
        check_quietly --features "$feature"
    done
}

# Without TLS, and with TLS that has no provider of cryptography, a client of https is an error that says what to do.
no_tls() {
    cargo test -q -p genesys-cloud-runtime --no-default-features --test tls
    cargo test -q -p genesys-cloud-runtime --no-default-features --features rustls-no-provider --test tls
}

whole() {
    cargo rustc -q -p genesys-cloud --features "full,topics-full,$extras" --profile check -- -D warnings
    # The example calls of the docs.
    cargo check -q -p genesys-cloud --features "full,$extras" --test calls
}

# The oldest supported compiler on what most users compile, where rustup has it: as 1.89 or as 1.89.0.
oldest_compiler() {
    local version toolchain
    version=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' generated/Cargo.toml)
    toolchain=$(rustup toolchain list 2>/dev/null | sed -n "s/^\($version\(\.[0-9]*\)\?\)-.*/\1/p" || true)
    toolchain=${toolchain%%$'\n'*}
    if [ -z "$toolchain" ]; then
        echo "skipped: Rust $version is not installed"
        return
    fi
    RUSTC_WRAPPER='' rustup run "$toolchain" cargo check -q -p genesys-cloud --features users
}

documentation() {
    RUSTDOCFLAGS='-D warnings' cargo doc -q --no-deps -p genesys-cloud --features "full,topics-full,$extras"
    RUSTDOCFLAGS='-D warnings' cargo doc -q --no-deps "${hand_written[@]}"
}

# crates.io accepts 10 MB at most; this package stays under 6 MB.
package() {
    local size
    cargo package -q -p genesys-cloud --no-verify --allow-dirty
    size=$(stat -c %s "${CARGO_TARGET_DIR:-target}"/package/genesys-cloud-*.crate)
    echo "package: $size bytes"
    [ "$size" -lt 6000000 ]
}

# A crate outside of this repository that uses every re-export of the package, and depends on nothing else.
used_from_outside() (
    local target
    mkdir -p "${CARGO_TARGET_DIR:-target}"
    target=$(cd "${CARGO_TARGET_DIR:-target}" && pwd)
    outside=$(mktemp -d)
    trap 'rm -rf "$outside"' EXIT
    cp -r tests/package "$outside/package"
    mkdir "$outside/genesys-cloud"
    tar -xzf "$target"/package/genesys-cloud-*.crate -C "$outside/genesys-cloud" --strip-components 1
    # The same versions of dependencies, which are here.
    cp Cargo.lock "$outside/package/"
    cd "$outside/package"
    cargo check -q --offline --target-dir "$target"
)

fidelity() {
    local vectors
    cargo build -q -p genesys-cloud-tests --features fidelity --bin wire --bin roundtrip --bin prism
    "${CARGO_TARGET_DIR:-target}/debug/wire" --sample
    for vectors in tests/vectors/*.jsonl*; do
        "${CARGO_TARGET_DIR:-target}/debug/wire" --vectors "$vectors"
    done
    "${CARGO_TARGET_DIR:-target}/debug/roundtrip" --damage 1
}

# Prism judges the operations of these tags; all of the spec would take it the better part of an hour.
prism_tags='Authorization,Chat,Groups,Languages,Locations,Notifications,OAuth,Presence,SCIM,Stations,Teams,Voicemail'

prism() {
    if ! command -v npm >/dev/null; then
        echo 'skipped: Prism needs npm, which is not here'
        return
    fi
    [ -x tests/prism/node_modules/.bin/prism ] || npm ci --silent --prefix tests/prism
    "${CARGO_TARGET_DIR:-target}/debug/prism" --prism tests/prism/node_modules/.bin/prism --tags "$prism_tags"
}

case ${1:-all} in
quick)
    echo 'The quick part: about 5 minutes on 2 cores once the dependencies are built.'
    step 'format' cargo fmt --check "${hand_written[@]}" "${small[@]}"
    step 'clippy' cargo clippy -q -p genesys-codegen -p genesys-cloud-runtime "${runtime_features[@]}" --all-targets -- -D warnings
    step 'tests' cargo test -q -p genesys-codegen -p genesys-cloud-runtime "${runtime_features[@]}"
    exit
    ;;
all) echo 'Everything: 40 to 55 minutes on 2 cores from nothing.' ;;
*)
    echo "unknown argument: $1 (use quick, or none)" >&2
    exit 2
    ;;
esac

step 'format' cargo fmt --check "${hand_written[@]}" "${small[@]}"
step 'generated/ is what the generator writes' up_to_date
step 'clippy' cargo clippy -q "${hand_written[@]}" "${small[@]}" "${runtime_features[@]}" --all-targets -- -D warnings
step 'tests' cargo test -q "${hand_written[@]}" "${small[@]}" "${runtime_features[@]}"
step 'clients without TLS' no_tls
step 'fuzzing' fuzz
step 'the whole crate, warnings denied' whole
step 'each feature alone' each_feature
step 'the oldest supported compiler' oldest_compiler
step 'every operation on the wire, every model there and back' fidelity
step 'Prism finds no fault' prism
step 'documentation' documentation
step 'package' package
step 'the package from outside' used_from_outside
