#!/usr/bin/env bash
# Installs the Debian packages that a task needs, by group. Does nothing, and starts no apt, when all are there.
#
#   hack/packages.sh GROUP...      groups: see packages_of below; "all" means every group
set -euo pipefail

# A word `PACKAGE/COMMAND` is also satisfied by a COMMAND on the PATH that Debian did not install: whoever has
# a newer kubectl keeps it, and dpkg does not write over it.
packages_of() {
    case $1 in
    build) echo make git/git pkg-config libcurl4-openssl-dev libssl-dev libyaml-dev zlib1g-dev ;;
    control-plane-tools) echo openssl curl ca-certificates python3 kubernetes-client/kubectl ;;
    control-plane) echo "$(packages_of control-plane-tools)" etcd-server etcd-client ;;
    control-plane-build) echo golang-go golang-github-modern-go-reflect2-dev dpkg-dev xz-utils ;;
    node) echo containerd runc containernetworking-plugins iptables conntrack iproute2 util-linux mount gcc libc6-dev ;;
    node-check) echo busybox-static ;;
    conformance) echo python3 python3-yaml python3-jmespath python3-requests kubernetes-client/kubectl ;;
    bench) echo wrk ;;
    python-agent) echo python3 python3-packaging ;;
    e2e-python) echo python3-venv python3-yaml util-linux mount ;;
    image) echo python3 git/git ;;
    image-check) echo python3-venv util-linux mount ;;
    chart) echo python3-venv ;;
    prometheus) echo prometheus prometheus-alertmanager python3 python3-yaml ;;
    all)
        local group
        for group in build control-plane control-plane-build node node-check conformance bench python-agent e2e-python image image-check chart prometheus; do packages_of "$group"; done
        ;;
    *)
        echo "packages.sh: unknown group '$1'" >&2
        return 1
        ;;
    esac
}

usage() {
    echo "usage: hack/packages.sh GROUP...   (build, control-plane, control-plane-tools, control-plane-build, node, node-check,
    conformance, bench, python-agent, e2e-python, image, image-check, chart, prometheus, all)" >&2
    exit 2
}

fail() {
    echo "packages.sh: $*" >&2
    exit 1
}

# The packages among "$@" that are not installed, one a line.
missing() {
    local word package command
    local -A installed=()
    while read -r package; do installed[$package]=1; done < <(
        dpkg-query --show --showformat '${db:Status-Abbrev}${Package}\n' "${@%%/*}" 2>/dev/null | sed -n 's/^ii *//p'
    )
    for word in "$@"; do
        package=${word%%/*}
        [[ -n ${installed[$package]:-} ]] && continue
        command=${word#"$package"}
        command=${command#/}
        [[ -n $command ]] && command -v "$command" >/dev/null && continue
        installed[$package]=1
        echo "$package"
    done
}

# Runs "$@" while no package may start a service. etcd-server ships one that would take ports 2379 and 2380, prometheus one
# that would take 9090, containerd one that a node of ours must not meet; we only want their programs. policy-rc.d is Debian's way to say so; one that is there already and
# says no is left alone.
without_services() {
    local policy=/usr/sbin/policy-rc.d saved=/usr/sbin/policy-rc.d.otel-operator-saved answer=0 result=0
    # A run that was killed half way leaves the machine's own file under the saved name.
    if [[ -e $saved ]]; then "${as_root[@]}" mv -f "$saved" "$policy"; fi
    if [[ -x $policy ]]; then "$policy" etcd start >/dev/null 2>&1 || answer=$?; fi
    if ((answer == 101)); then
        "$@"
        return
    fi
    if [[ -e $policy ]]; then "${as_root[@]}" mv "$policy" "$saved"; fi
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
    # shellcheck disable=SC2064  # the names are meant as they are now
    trap "rm -f '$log'; ${as_root[*]} rm -f $policy; if [ -e $saved ]; then ${as_root[*]} mv $saved $policy; fi" EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
    "$@" || result=$?
    return "$result"
}

(($# > 0)) || usage
[[ $1 != -h && $1 != --help ]] || usage
command -v dpkg-query >/dev/null || fail "this is not a Debian system; install by hand what the groups '$*' name in $0"

words=()
for group in "$@"; do
    list=$(packages_of "$group") || usage
    # shellcheck disable=SC2206  # a list of words
    words+=($list)
done

mapfile -t needed < <(missing "${words[@]}")
((${#needed[@]} > 0)) || exit 0

as_root=(env)
if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "missing packages: ${needed[*]}
packages.sh: neither root nor sudo here. As root: apt-get update && apt-get install --no-install-recommends ${needed[*]}"
    as_root=(sudo)
fi

echo "packages: installing ${needed[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@" >"$log" 2>&1
}
apt update || {
    cat "$log" >&2
    fail "apt-get update failed (output above)"
}
without_services apt install --yes --no-install-recommends "${needed[@]}" || {
    tail -n 40 "$log" >&2
    fail "apt-get install failed (output above): ${needed[*]}"
}

# These would otherwise start at the next boot, beside those that we start ourselves.
declare -A services=([etcd-server]=etcd [prometheus]=prometheus [prometheus-alertmanager]=prometheus-alertmanager [containerd]=containerd)
for package in "${!services[@]}"; do
    if [[ " ${needed[*]} " == *" $package "* && -d /run/systemd/system ]]; then
        service=${services[$package]}.service
        "${as_root[@]}" systemctl disable --quiet "$service" || echo "packages: could not disable $service; it starts at the next boot" >&2
    fi
done

mapfile -t needed < <(missing "${words[@]}")
((${#needed[@]} == 0)) || fail "still missing after the install: ${needed[*]}"
