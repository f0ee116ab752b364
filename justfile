# Shortcuts for what CONTRIBUTING.md explains: `just` lists them.

default:
    @just --list

# Regenerate the SDK from the spec.
generate:
    cargo run --release -p genesys-codegen -- generate

# Is generated/ what the generator writes?
check:
    cargo run --release -p genesys-codegen -- check

# The checks that take five minutes.
quick:
    bash tests/all.sh quick

# Every check.
test:
    bash tests/all.sh

# Format the hand-written code.
format:
    cargo fmt -p genesys-codegen -p genesys-cloud-runtime -p genesys-cloud-tests -p genesys-cloud-golden -p genesys-cloud-fuzz -p genesys-cloud-leak-watch -p genesys-cloud-mock
