# Sourced: long-running processes of a folder. $dir/pids/NAME holds "PID START", where START tells a process from a later
# one of the same number; $dir/logs/NAME.log is what it said. $program is who speaks in an error.
# shellcheck shell=bash disable=SC2154  # the caller sets them

fail() {
    echo "$program: $*" >&2
    exit 1
}

# The start time of process $1, in clock ticks since boot; empty when there is none, or only its remains.
started_at() {
    local stat fields
    { stat=$(<"/proc/$1/stat"); } 2>/dev/null || return 0
    read -r -a fields <<<"${stat##*) }"
    [[ ${fields[0]} == Z ]] || echo "${fields[19]}"
}

# Prints the process id of $1 when that process runs.
running() {
    local pid start
    [[ -r $dir/pids/$1 ]] || return 1
    read -r pid start <"$dir/pids/$1" || return 1
    [[ -n $start && $(started_at "$pid") == "$start" ]] || return 1
    echo "$pid"
}

# Starts "${@:2}" as $1, apart from this terminal and without any of the caller's open files: whoever reads our output
# through a pipe must not wait for a server to end.
spawn() {
    local name=$1 pid
    shift
    (
        exec </dev/null >>"$dir/logs/$name.log" 2>&1
        for fd in /proc/self/fd/*; do
            fd=${fd##*/}
            ((fd <= 2)) || eval "exec $fd>&-"
        done
        exec setsid "$@"
    ) &
    pid=$!
    disown "$pid"
    echo "$pid $(started_at "$pid")" >"$dir/pids/$name"
}

# Sends $1 to process $2 and to what it started: `spawn` made each the leader of a group. For a moment it is not that yet.
signal() { kill "-$1" -- "-$2" 2>/dev/null || kill "-$1" "$2" 2>/dev/null || true; }

# Ends the processes "${@:2}" in that order: SIGTERM, and SIGKILL when $1 seconds were not enough.
end() {
    local patience=$1 name pid deadline
    shift
    for name in "$@"; do
        if pid=$(running "$name"); then
            signal TERM "$pid"
            deadline=$((${EPOCHREALTIME/./} + patience * 1000000))
            while running "$name" >/dev/null; do
                if ((${EPOCHREALTIME/./} > deadline)); then
                    signal KILL "$pid"
                    deadline=$((deadline + 60000000))
                fi
                sleep 0.02
            done
        fi
        rm -f "$dir/pids/$name"
    done
}

# Calls "${@:3}" until it succeeds. Gives up when process $1 has ended, or after $2 seconds.
wait_until() {
    local name=$1 deadline=$((SECONDS + $2))
    shift 2
    until "$@"; do
        running "$name" >/dev/null || died "$name" "ended during its start"
        ((SECONDS < deadline)) || died "$name" "does not answer"
        sleep 0.05
    done
}

died() {
    echo "$program: $1 $2; the end of $dir/logs/$1.log:" >&2
    tail -n 25 "$dir/logs/$1.log" >&2 || true
    exit 1
}
