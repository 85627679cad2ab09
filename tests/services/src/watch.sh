# Stops a server whose process' id is in $2 by the signal $3, and removes its directory, $1, once its owner is gone: then
# standard input ends.
cat >/dev/null

server=$(sed -n 1p "$1/data/$2" 2>/dev/null)
memory=$(sed -n '7s/.* //p' "$1/data/$2" 2>/dev/null)

# By its directory it is known to be ours, and not another process that has got its id since.
is_there() {
    [ -n "$server" ] && [ "/proc/$server/cwd" -ef "$1/data" ]
}

if is_there "$1"; then
    # What was stopped cannot end.
    children=$(grep -lsx "PPid:[[:space:]]*$server" /proc/[0-9]*/status | cut -d / -f 3)
    kill -CONT "$server" $children
    kill "-$3" "$server"
    tries=0
    while is_there "$1" && [ "$tries" -lt 500 ]; do
        sleep 0.02
        tries=$((tries + 1))
    done
    if is_there "$1"; then
        kill -KILL "$server" $children
    fi
fi

# A Postgres that was killed leaves its shared memory behind.
if [ -n "$memory" ]; then
    ipcrm -m "$memory"
fi
rm -rf "$1"
