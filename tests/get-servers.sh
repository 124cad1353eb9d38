#!/usr/bin/env bash
# tests/get-servers.sh FOLDER
#
# Puts the newest servers that Debian has into a folder, without installing anything: Redis 8, of its experimental suite where it is there, and Valkey 9 or 8, each started
# by the C library that comes with it. The mirror is the one that this machine's apt uses. Leaves FOLDER/redis-server and FOLDER/valkey-server, each for
#
#     WORKERSTREAMS_REDIS_SERVER=FOLDER/redis-server dotnet test -c Release
set -euo pipefail
folder=$(mkdir -p "${1:?usage: tests/get-servers.sh FOLDER}" && cd "$1" && pwd)
fail() { echo "$*" >&2; exit 1; }

sources=/etc/apt/sources.list.d/debian.sources
[ -r "$sources" ] || sources=/etc/apt/sources.list
mirror=$(grep -vE '^#|security' "$sources" | grep -oE '[a-z]+://[^ ]+' | head -n 1) || fail "no Debian mirror in $sources"
key=/usr/share/keyrings/debian-archive-keyring.gpg
packages="redis-server redis-tools valkey-server valkey-tools"

for suite in sid trixie; do
    work=$folder/$suite
    mkdir -p "$work"/{lists/partial,archives/partial,packages,root}
    touch "$work/status"
    printf "deb [signed-by=$key] $mirror %s main\n" $suite $([ $suite = sid ] && echo experimental) >"$work/sources.list"
    apt=(-q -o Dir::Etc::sourcelist="$work/sources.list" -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists="$work/lists"
        -o Dir::State::status="$work/status" -o Dir::Cache="$work" -o APT::Sandbox::User=root -o Acquire::Languages=none -o Acquire::Retries=3)
    apt-get "${apt[@]}" update >/dev/null || continue
    # Nothing is known as installed, so each library that a server needs is named.
    needed=$(apt-cache "${apt[@]}" depends --recurse --no-recommends --no-suggests --no-conflicts --no-breaks --no-replaces --no-enhances $packages |
        grep -oE '^(lib[a-z0-9.+-]+|zlib1g)$' | sort -u)
    # Only what this suite knows, in one command, which is given again where something did not come.
    known=$(apt-cache "${apt[@]}" madison $packages $needed |
        awk '$1 ~ /^redis-/ && / experimental\// { from[$1] = "/experimental" } { from[$1] = from[$1] } END { for (package in from) print package from[package] }')
    (cd "$work/packages" && for _ in 1 2 3; do apt-get "${apt[@]}" download $known >/dev/null && break; done) || true
    for package in "$work"/packages/*.deb; do dpkg-deb -x "$package" "$work/root"; done
    for server in redis-server valkey-server; do
        binary=$work/root/usr/bin/$server
        [ -e "$binary" ] || continue
        cat >"$folder/$server" <<END
#!/bin/sh
for loader in "$work"/root/lib64/ld-linux-*.so.* "$work"/root/usr/lib64/ld-linux-*.so.* "$work"/root/usr/lib/ld-linux-*.so.*; do [ -e "\$loader" ] && break; done
exec "\$loader" --library-path "$(ls -d "$work"/root/usr/lib/*-linux-gnu | paste -sd :)" --argv0 "$server" "$binary" "\$@"
END
        chmod +x "$folder/$server"
    done
    "$folder/redis-server" --version && "$folder/valkey-server" --version && exit
done
fail "no suite has both servers"
