#!/bin/bash
# A PostgreSQL 15 cluster of one's own, in a temporary folder, on a free port of the loopback.
#   eval "$(./setup.sh start)"    sets PGPORT and PGFOLDER
#   ./setup.sh stop               stops the cluster of $PGFOLDER and removes the folder
set -euo pipefail
bin=${PGBIN:-/usr/lib/postgresql/15/bin}
[ -x "$bin/initdb" ] || bin=$(dirname "$(command -v initdb)")

# The server refuses to run as root.
server() { if [ "$(id -u)" = 0 ]; then su postgres -s /bin/bash -c "$*"; else bash -c "$*"; fi; }

case "${1:-}" in
start)
    folder=$(mktemp -d /tmp/tonghop-bench-pg.XXXXXX)
    [ "$(id -u)" != 0 ] || chown postgres "$folder"
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    server "$bin/initdb -D $folder/data -A trust -U postgres --locale=C -E UTF8" >&2
    cat >>"$folder/data/postgresql.conf" <<CONF
port = $port
listen_addresses = '127.0.0.1'
unix_socket_directories = '$folder'
shared_buffers = 1GB
work_mem = 256MB
max_wal_size = 8GB
CONF
    server "$bin/pg_ctl -D $folder/data -l $folder/log -w start" >&2
    echo "export PGPORT=$port PGFOLDER=$folder"
    ;;
stop)
    server "$bin/pg_ctl -D ${PGFOLDER:?the folder that start told}/data -m fast -w stop" >&2
    rm -rf "$PGFOLDER"
    ;;
*)
    echo "setup.sh start|stop" >&2
    exit 2
    ;;
esac
