#!/bin/sh
# A private PostgreSQL server for tests: start DIR | stop DIR | crash DIR
#
# start makes a database cluster in DIR if there is none, runs it on a Unix socket in DIR and a free
# port of 127.0.0.1, and prints its URL; the same DIR keeps its URL. stop ends it, crash ends it
# without a clean shutdown. As root everything runs as the user postgres. Installs nothing; removing
# DIR is left to the caller.
set -eu

usage() {
    echo "usage: $0 start|stop|crash DIR" >&2
    exit 2
}

fail() {
    echo "$0: $1" >&2
    exit 1
}

find_binaries() {
    for folder in $(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -Vr); do
        if [ -x "$folder/initdb" ]; then
            echo "$folder"
            return
        fi
    done
    dirname "$(command -v initdb 2>/dev/null)" 2>/dev/null
}

as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && runuser -u postgres -- "$@")
    else
        "$@"
    fi
}

random_password() {
    od -An -N16 -tx1 /dev/urandom | tr -d ' \n'
}

make_cluster() {
    [ "$(id -u)" != 0 ] || chown postgres "$dir"
    random_password >"$dir/password"
    [ "$(id -u)" != 0 ] || chown postgres "$dir/password"
    chmod 600 "$dir/password"
    as_postgres "$bin/initdb" -D "$dir/data" -U switchboard -E UTF8 --locale=C.UTF-8 \
        --auth=scram-sha-256 --pwfile="$dir/password" >"$dir/initdb.log" 2>&1 ||
        fail "initdb failed, see $dir/initdb.log"
}

run_on() {
    as_postgres "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -w -t 60 start -o "\
        -c listen_addresses=127.0.0.1 -c port=$1 -c unix_socket_directories='$dir' \
        -c fsync=on -c synchronous_commit=on -c full_page_writes=on -c max_connections=300" >/dev/null 2>&1
}

start() {
    mkdir -p "$dir"
    [ -d "$dir/data" ] || make_cluster
    if [ -f "$dir/port" ]; then
        port=$(cat "$dir/port")
        run_on "$port" || fail "the server did not start on port $port, see $dir/server.log"
    else
        for attempt in 1 2 3 4 5 6 7 8 9 10; do
            port=$(($(od -An -N2 -tu2 /dev/urandom) % 20000 + 20000))
            if run_on "$port"; then
                echo "$port" >"$dir/port"
                break
            fi
        done
        [ -f "$dir/port" ] || fail "the server did not start, see $dir/server.log"
    fi
    echo "postgres://switchboard:$(cat "$dir/password")@127.0.0.1:$port/postgres"
}

[ $# = 2 ] || usage
mkdir -p "$2"
dir=$(cd "$2" && pwd)
bin=$(find_binaries)
[ -n "$bin" ] || fail "no PostgreSQL server is installed (Debian: apt-get install postgresql)"

case $1 in
start) start ;;
stop) as_postgres "$bin/pg_ctl" -D "$dir/data" -m fast -w stop >/dev/null ;;
crash) as_postgres "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null ;;
*) usage ;;
esac
