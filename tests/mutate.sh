#!/usr/bin/env bash
# tests/mutate.sh [NAME...]
#
# Shows that the simulation can fail: breaks the reclaim, lease, settlement and drain code in one way after the other, as tests/mutations has them, in a copy of the
# last commit, and plays SIMULATION_SEEDS (0-1999 if unset) until one fails. Each mutation is "caught", with that seed, or has SURVIVED; then, or when one does not
# apply any more, the exit status is 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export SIMULATION_SEEDS=${SIMULATION_SEEDS:-0-1999}
mutations=$PWD/tests/mutations
copy=$(mktemp -d)
trap 'git worktree remove --force "$copy"' EXIT
git worktree add --quiet --detach "$copy"

# The simulation has ended by then, unless the mutation keeps it from ending.
longest=900
status=0
if [ $# -eq 0 ]; then
    for mutation in "$mutations"/*.patch; do set -- "$@" "$(basename "$mutation" .patch)"; done
fi
cd "$copy"
for name; do
    git checkout --quiet -- .
    if ! git apply -p0 "$mutations/$name.patch" 2>apply.log; then
        result="DOES NOT APPLY: $(head -n 1 apply.log)"
    elif ! dotnet build tests/WorkerStreams.Tests -c Release >build.log; then
        result="DOES NOT COMPILE: $(grep -m 1 error build.log)"
    elif timeout "$longest" dotnet tests/WorkerStreams.Tests/bin/Release/net10.0/WorkerStreams.Tests.dll -noColor \
        -method '*.HostsSimulation.Every_entry_*' >run.log; then
        result=SURVIVED
    else
        # Without one it has been ended.
        result=$(sed -nE 's/^ *Seed ([0-9]+): (.*)/caught by seed \1: \2/p' run.log | head -n 1)
        result=${result:-SURVIVED: it did not end within $longest s}
    fi
    echo "$name: $result"
    [[ $result == caught* ]] || status=1
done
exit $status
