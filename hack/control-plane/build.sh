#!/usr/bin/env bash
# Makes sure that the programs of a local control plane are there: etcd, kube-apiserver, kube-controller-manager; with
# --node also those of a node on top of it: kube-scheduler, kubelet, kube-proxy.
#
# etcd is Debian's package. The Kubernetes programs are built once from Debian's source package `kubernetes` and
# kept outside the tree, in ${OTEL_OPERATOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/otel-operator}/control-plane-1.20.2/bin.
# With KUBEBUILDER_ASSETS set, the programs in that folder are used and nothing is built.
#
#   hack/control-plane/build.sh           builds what is missing
#   hack/control-plane/build.sh --node    the same, for a control plane with a node
#   hack/control-plane/build.sh --bin     prints the folder of the programs, and builds nothing
set -euo pipefail

version=1.20.2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${OTEL_OPERATOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/otel-operator}/control-plane-$version
bin=${KUBEBUILDER_ASSETS:-$cache/bin}

fail() {
    echo "control-plane: $*" >&2
    exit 1
}

programs=(kube-apiserver kube-controller-manager)
# What a folder of somebody else's programs must hold: `plane` also does without a controller manager, a node does not.
essential=(etcd kube-apiserver)
case ${1:-} in
'') ;;
--node)
    programs+=(kube-scheduler kubelet kube-proxy)
    essential=(etcd "${programs[@]}")
    ;;
--bin)
    echo "$bin"
    exit 0
    ;;
*)
    echo "usage: hack/control-plane/build.sh [--node | --bin]" >&2
    exit 2
    ;;
esac

# Sets `missing` to the programs that are still to be built.
missing=()
complete() {
    local program
    missing=()
    for program in "${programs[@]}"; do [[ -x $bin/$program ]] || missing+=("$program"); done
    ((${#missing[@]} == 0))
}

if [[ -n ${KUBEBUILDER_ASSETS:-} ]]; then
    "$here/../packages.sh" control-plane-tools
    for program in "${essential[@]}"; do
        [[ -x $bin/$program ]] || fail "KUBEBUILDER_ASSETS=$bin has no $program"
    done
    echo "control-plane: using the programs of KUBEBUILDER_ASSETS=$bin"
    exit 0
fi

"$here/../packages.sh" control-plane
if complete; then
    echo "control-plane: Kubernetes $version is in $bin"
    exit 0
fi

mkdir -p "$cache"
exec 9>"$cache/.lock"
if ! flock --nonblock 9; then
    echo "control-plane: another build is running; waiting for it"
    flock 9
fi
# Another build may have ended between the first look and the lock.
if complete; then
    echo "control-plane: Kubernetes $version is in $bin"
    exit 0
fi

"$here/../packages.sh" control-plane-build

step_count=4
if [[ " ${missing[*]} " == *" kube-apiserver "* ]]; then step_count=5; fi
step_number=0
step_name=
step_since=0
runner=

step() {
    step_number=$((step_number + 1))
    step_name=$1
    step_since=$SECONDS
    printf '[%d/%d] %4d s  %s\n' "$step_number" "$step_count" "$SECONDS" "$step_name"
}

# Runs "$@" with its output in a log, and says every 15 seconds that it still runs and what it did last.
watched() {
    local log=$work/step-$step_number.log result=0 beat=$SECONDS
    # A process group of its own, so that an interrupt ends the compilers too.
    set -m
    "$@" </dev/null >"$log" 2>&1 9>&- &
    runner=$!
    set +m
    while kill -0 "$runner" 2>/dev/null; do
        sleep 0.2
        if ((SECONDS - beat >= 15)); then
            beat=$SECONDS
            printf '      %4d s  ... %s; %d lines of output, last: %s\n' \
                "$SECONDS" "$step_name" "$(wc -l <"$log")" "$(tail -n 1 "$log" | sed "s|^k8s.io/kubernetes/||" | cut -c 1-80)"
        fi
    done
    wait "$runner" || result=$?
    runner=
    if ((result != 0)); then
        tail -n 40 "$log" >&2
        fail "step '$step_name' failed with exit code $result after $((SECONDS - step_since)) s (end of its output above)"
    fi
}

# Leftovers of a build that was killed are not of use to anyone: the lock says that none runs now.
rm -rf "$cache"/work.*
work=$(mktemp -d "$cache/work.XXXXXX")
cleanup() {
    if [[ -n $runner ]]; then
        kill -TERM -- "-$runner" 2>/dev/null || true
        wait "$runner" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
chmod 755 "$work"

free=$(df --output=avail --block-size=1M "$cache" | tail -n 1)
((free >= 4000)) || fail "the build needs about 4 GB in $cache while it runs; $free MB are free"

# The machine's own sources as deb-src, for the suites of its own release only: other vendors' repositories need not
# have sources, nor answer. `main` keeps out those that copy the release's name for their suite.
private_sources() {
    local release=$1 to=$2 file
    mkdir -p "$to"
    for file in /etc/apt/sources.list.d/*.sources; do
        [[ -r $file ]] || continue
        awk -v release="$release" '
            BEGIN { RS = ""; FS = "\n" }
            {
                text = ""; suites = " "; components = " "; enabled = 1; deb = 0; field = ""
                for (i = 1; i <= NF; i++) {
                    if ($i ~ /^#/) continue
                    line = $i
                    if (line ~ /^[^ \t]/) { field = tolower(line); sub(/:.*/, "", field) }
                    value = line; sub(/^[^:]*:/, "", value)
                    if (field == "types") { if (value ~ /deb/) deb = 1; continue }
                    if (field == "suites") suites = suites value " "
                    if (field == "components") components = components value " "
                    if (field == "enabled" && tolower(value) ~ /no|false|0/) enabled = 0
                    text = text line "\n"
                }
                if (deb && enabled && suites ~ "[ \t](" release ")[ \t]" && components ~ /[ \t]main[ \t]/)
                    printf "Types: deb-src\n%s\n", text
            }' "$file" >"$to/$(basename "$file")"
    done
    for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
        [[ -r $file ]] || continue
        awk -v release="$release" '
            /^[ \t]*deb(-src)?[ \t]/ {
                sub(/#.*/, "")
                rest = $0; sub(/^[ \t]*deb(-src)?[ \t]+/, "", rest); sub(/^\[[^]]*\][ \t]*/, "", rest)
                n = split(rest, word, /[ \t]+/)
                main = 0
                for (i = 3; i <= n; i++) if (word[i] == "main") main = 1
                if (word[2] ~ "^(" release ")$" && main) { sub(/^[ \t]*deb(-src)?/, "deb-src"); if (!seen[$0]++) print }
            }' "$file" >"$to/$(basename "$file" .list)-one-line.list"
    done
    find "$to" -type f -empty -delete
}

# apt-get on private sources, lists and caches: what the machine's own apt knows stays as it is.
apt_options=()
private_apt() { apt-get -q "${apt_options[@]}" "$@"; }

fetch_source() {
    local found
    private_apt update
    found=$(apt-cache "${apt_options[@]}" showsrc --only-source kubernetes |
        sed -n 's/^Version: //p' | grep -F "really$version-" | sort -V | tail -n 1) || true
    if [[ -z $found ]]; then
        echo "this Debian release has no source package kubernetes $version; name other programs with KUBEBUILDER_ASSETS"
        return 1
    fi
    echo "source package kubernetes $found"
    (cd "$work/source" && private_apt source --download-only "kubernetes=$found")
    dpkg-source --no-copy --extract "$work"/source/kubernetes_*.dsc "$tree"
    replace_reflect2
}

# The tree's reflect2 1.0.1 walks maps with a function of Go's run time whose signature changed in Go 1.18: built with
# Debian's Go 1.19, writing JSON corrupts memory. Debian's own package of it is 1.0.2, which knows the change.
replace_reflect2() {
    local from=/usr/share/gocode/src/github.com/modern-go/reflect2 to=$tree/vendor/github.com/modern-go/reflect2
    rm -rf "${to:?}"
    cp -rL "$from" "$to"
    rm -f "$to"/*_test.go
}

go_env=(
    env -u GOFLAGS -u GOROOT
    GO111MODULE=off GOPATH="$work/go" GOCACHE="$work/go-cache" GOTOOLCHAIN=local GOPROXY=off CGO_ENABLED=0
)

generate_openapi() {
    local packages directory list=
    cd "$tree"
    "${go_env[@]}" go build -v -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
    # The tag stands in Go files of the tree and of the staging repositories, which vendor/ links to.
    mapfile -t packages < <(
        grep --recursive --files-with-matches --include='*.go' --exclude='zz_generated*' --extended-regexp \
            '^// *\+k8s:openapi-gen=' pkg cmd staging/src/k8s.io |
            grep -v -e /testdata/ -e /_examples/ -e /code-generator/ -e /sample-apiserver/ -e _test.go |
            xargs -r -n 1 dirname | sort -u
    )
    for directory in "${packages[@]}"; do
        list+=${list:+,}k8s.io/kubernetes/${directory/#staging\/src\//vendor/}
    done
    echo "${#packages[@]} packages"
    : >"$work/header.txt"
    "${go_env[@]}" "$work/openapi-gen" --go-header-file "$work/header.txt" --output-base "$work/go/src" \
        --output-package k8s.io/kubernetes/pkg/generated/openapi --output-file-base zz_generated.openapi \
        --report-filename "$work/violations" --input-dirs "$list"
    [[ -s pkg/generated/openapi/zz_generated.openapi.go ]]
}

compile() {
    local package flags='-s -w'
    cd "$tree"
    # Clients read /version; without the stamp the server calls itself v0.0.0-master.
    for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
        flags+=" -X k8s.io/kubernetes/vendor/$package.gitMajor=${version%%.*}"
        flags+=" -X k8s.io/kubernetes/vendor/$package.gitMinor=$(cut -d . -f 2 <<<"$version")"
        flags+=" -X k8s.io/kubernetes/vendor/$package.gitVersion=v$version"
        flags+=" -X k8s.io/kubernetes/vendor/$package.gitTreeState=archive"
    done
    # providerless: without the clients of the clouds, which are much code and of no use on loopback.
    # dockerless: a kubelet without the client of Docker's engine; ours speaks to containerd.
    "${go_env[@]}" go build -v -trimpath -tags providerless,dockerless -ldflags "$flags" -o "$work/bin/" \
        "${missing[@]/#/./cmd/}"
}

echo "control-plane: building ${missing[*]} $version from Debian's source package, on $(nproc) cores; about 5 minutes on two"
tree=$work/go/src/k8s.io/kubernetes
mkdir -p "$work"/{apt,lists/partial,cache/archives/partial,source,bin} "$(dirname "$tree")"

step "fetching and unpacking the source"
# shellcheck disable=SC1091
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
[[ -n $codename ]] || fail "/etc/os-release names no Debian release"
private_sources "($codename|stable|oldstable|oldoldstable)(-security|-updates|/updates)?" "$work/apt"
[[ -n $(ls -A "$work/apt") ]] || fail "no apt source of this machine is of the release $codename with component main"
apt_options=(
    -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$work/apt"
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o APT::Sandbox::User=root
)
watched fetch_source

# Only the API server has them compiled in.
if [[ " ${missing[*]} " == *" kube-apiserver "* ]]; then
    step "generating the OpenAPI definitions"
    watched generate_openapi
fi

step "compiling ${missing[*]}"
watched compile

step "checking the programs"
for program in "${missing[@]}"; do
    said=$("$work/bin/$program" --version) || fail "$program does not start"
    [[ $said == "Kubernetes v$version" ]] || fail "$program calls itself '$said', not v$version"
done

step "keeping the programs, removing the sources and Go's cache"
removed=$(du -sm "$work" | cut -f 1)
kept=$(du -sm "$work/bin" | cut -f 1)
mkdir -p "$cache/bin"
# One rename each: a program is there whole or not at all, and those of an earlier build stay as they are.
mv "$work"/bin/* "$cache/bin/"
printf 'control-plane: done in %d s; %d MB kept in %s, %d MB removed\n' "$SECONDS" "$kept" "$bin" "$((removed - kept))"
