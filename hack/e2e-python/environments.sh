# Functions for scripts that start Python applications or make images of them; to be sourced.
#
#   environment NAME REQUIREMENTS   prints the folder of a virtual environment that has them
#   agent LIBC                      prints the agent's folder for glibc or musl, as the image has it
#
# Both are built once, and again when what they are made of has changed. They are kept under $OTEL_OPERATOR_CACHE.

e2e_python=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$e2e_python/../.." && pwd)
image=$root/images/autoinstrumentation-python
cache=${OTEL_OPERATOR_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/otel-operator}/e2e-python
python=/usr/bin/python3 # Debian's, as on a new machine; another one may be first on the PATH
mkdir -p "$cache"

key() { cat "$@" <("$python" --version) | sha256sum | cut -c1-16; }

environment() {
    local folder
    folder=$cache/$1-$(key "$2")
    if [[ ! -d $folder ]]; then
        echo "e2e-python: installing ${2#"$root/"}" >&2
        rm -rf "$folder.new"
        "$python" -m venv "$folder.new"
        "$folder.new/bin/python" -m pip --quiet --disable-pip-version-check install --only-binary=:all: --requirement "$2" >&2
        rm -rf "$cache/$1"-????????????????
        mv "$folder.new" "$folder"
    fi
    echo "$folder"
}

agent() {
    local folder builder
    folder=$cache/agent-$1-$(key "$image/build.py" "$image/requirements.lock" "$image"/agent/*.py "$image"/agent/*/*.py)
    if [[ ! -d $folder ]]; then
        echo "e2e-python: building the agent for $1" >&2
        builder=$(environment tools "$e2e_python/requirements.txt")
        rm -rf "$folder.new"
        "$builder/bin/python" "$image/build.py" tree --libc "$1" "$folder.new" >&2
        rm -rf "$cache/agent-$1"-????????????????
        mv "$folder.new" "$folder"
    fi
    echo "$folder"
}
