# Sourced: the cgroup of the node in $node_dir, in each hierarchy of version 1, or in the only one of version 2. Its processes
# are in `daemons` below it; the kubelet makes the rest. Being in it, not being somebody's child, is what makes a process ours.
# shellcheck shell=bash disable=SC2154  # the caller sets node_dir, settings.sh sets run

# Where the hierarchies are mounted, one a line.
hierarchies() {
    if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then
        echo /sys/fs/cgroup
    else
        # With the one of version 2 that some machines have beside them: runc makes its folders there, too.
        awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/self/mounts
    fi
}

make_cgroups() {
    local name top file
    [[ -n $(hierarchies) ]] || fail "no cgroups are mounted on this machine"
    name=$(cgroup_name)
    while IFS= read -r top; do
        mkdir -p "$top/$name/daemons"
        # Not the one beside hierarchies of version 1: all controllers are with those.
        if [[ $top == /sys/fs/cgroup ]]; then
            # Written down before it is done, and whole or not at all: a start can be killed at any moment.
            if [[ ! -e $run/controllers ]]; then
                cat "$top/cgroup.subtree_control" >"$run/controllers.new"
                mv "$run/controllers.new" "$run/controllers"
            fi
            delegate "$top"
            delegate "$top/$name"
            grep --quiet --word-regexp memory "$top/$name/cgroup.subtree_control" ||
                fail "$top does not hand its controllers on to $top/$name: is this machine itself a container?"
        fi
        # Version 1: a cpuset takes no process before it knows its CPUs.
        for file in cpuset.cpus cpuset.mems; do
            [[ -e $top/$name/$file && ! -e $top/cgroup.controllers ]] || continue
            cat "$top/$file" >"$top/$name/$file"
            cat "$top/$file" >"$top/$name/daemons/$file"
        done
    done < <(hierarchies)
}

# Version 2: what the children of $1 may be limited in.
delegate() {
    local controller
    for controller in $(<"$1/cgroup.controllers"); do
        echo "+$controller" >"$1/cgroup.subtree_control" 2>/dev/null || true
    done
}

# Version 2: the machine's own children are limited in what they were before, unless somebody uses more by now.
undelegate() {
    local top=/sys/fs/cgroup before controller
    [[ -e $run/controllers ]] || return 0
    before=" $(<"$run/controllers") "
    for controller in $(<"$top/cgroup.subtree_control"); do
        [[ $before == *" $controller "* ]] || echo "-$controller" >"$top/cgroup.subtree_control" 2>/dev/null || true
    done
}

join_cgroup() {
    local name top
    name=$(cgroup_name)
    while IFS= read -r top; do echo "$BASHPID" >"$top/$name/daemons/cgroup.procs"; done < <(hierarchies)
}

cgroup_processes() {
    local name top
    name=$(cgroup_name)
    while IFS= read -r top; do
        [[ -d $top/$name ]] || continue
        find "$top/$name" -name cgroup.procs -exec cat {} + 2>/dev/null || true
    done < <(hierarchies) | sort -un
}

# Version 1: a process that is frozen (runc does that for a moment) would not end before it is thawed.
thaw() {
    local name top file
    name=$(cgroup_name)
    while IFS= read -r top; do
        [[ -d $top/$name ]] || continue
        while IFS= read -r file; do echo THAWED >"$file" || true; done < <(find "$top/$name" -name freezer.state 2>/dev/null)
    done < <(hierarchies) 2>/dev/null
}

# SIGKILL to all, again and again, for who was being born: the first process of the machine takes nearly all with it.
kill_cgroups() {
    local pids deadline=$((SECONDS + 20))
    thaw
    while mapfile -t pids < <(cgroup_processes) && ((${#pids[@]} > 0)); do
        kill -KILL "${pids[@]}" 2>/dev/null || true
        ((SECONDS < deadline)) || fail "these processes do not end: ${pids[*]}"
        sleep 0.05
    done
}

remove_cgroups() {
    local name top deadline=$((SECONDS + 10))
    name=$(cgroup_name)
    while IFS= read -r top; do
        while [[ -d $top/$name ]] && ! find "$top/$name" -depth -type d -exec rmdir {} + 2>/dev/null; do
            # A process that has ended holds its cgroup until its parent has noticed.
            ((SECONDS < deadline)) || fail "cannot remove the cgroup $top/$name"
            sleep 0.05
        done
    done < <(hierarchies)
}
