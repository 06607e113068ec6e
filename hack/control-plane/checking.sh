# Sourced: a check is a command that must succeed; each prints one line, `verdict` the count. $work is a folder for notes.
# shellcheck shell=bash disable=SC2154  # the caller sets work

passed=0
failed=0

# $1 what, "${@:2}" the command that must succeed.
check() {
    local what=$1
    shift
    if "$@" >"$work/output" 2>&1; then
        passed=$((passed + 1))
        echo "ok      $what"
    else
        failed=$((failed + 1))
        echo "FAILED  $what"
        sed 's/^/        /' "$work/output" | tail -n 20
    fi
}

# Calls "${@:2}" until it succeeds, for $1 seconds at most.
within() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < deadline)) || return 1
        sleep 0.1
    done
}

fails() { ! "$@"; }
# Whether the command's output has $1, whatever its exit code.
says() {
    "${@:2}" >"$work/said" 2>&1
    tail -n 20 "$work/said"
    grep -q -e "$1" "$work/said"
}
is() { [[ $("${@:2}") == "$1" ]]; }

verdict() {
    echo "$passed passed, $failed failed"
    ((failed == 0))
}
