#!/bin/sh
# Makes .venv in the project's folder with all that `make` needs, or leaves it alone when it is as it should be.
# PYTHON names the interpreter to use; without it the first suitable one is taken. With VERIFY_HASHES only files come
# that hashes.txt lists, so a Python that is newer than they are gets none.
# Exit codes: 0 ready, 3 no suitable Python, 4 a Python without venv, 5 the packages could not be installed.
set -u
unset CDPATH
cd -- "$(dirname -- "$0")/.." || exit 1

venv=.venv
log=$venv/setup.log
stamp=$venv/made-for # written last: without it the environment is half-made

fail() { # CODE LINE...
    code=$1
    shift
    printf '%s\n' "$@" >&2
    exit "$code"
}

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

new_enough() {
    case $1 in
    3.1[1-9] | 3.[2-9][0-9]) ;;
    *) return 1 ;;
    esac
}

# What the environment was made for. A moved folder, a replaced interpreter or other requirements change it.
purpose() {
    pwd -P
    version_of "$venv/bin/python"
    cat pyproject.toml constraints.txt | cksum
}

up_to_date() {
    [ -f "$stamp" ] && [ "$(purpose)" = "$(cat "$stamp")" ] || return 1
    [ -z "${PYTHON-}" ] || [ "$(version_of "$PYTHON")" = "$(version_of "$venv/bin/python")" ]
}

# Prints the first interpreter that is new enough and can make environments, else says what to do.
find_python() {
    found=
    incomplete=
    if [ -n "${PYTHON-}" ]; then set -- "$PYTHON"; else set -- python3.13 python3.12 python3.11 python3; fi
    for candidate; do
        version=$(version_of "$candidate") || continue
        if ! new_enough "$version"; then
            found="${found:+$found, }$candidate is $version"
        elif "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
            printf '%s\n' "$candidate"
            return
        else
            incomplete=${incomplete:-$version}
        fi
    done
    [ -z "$incomplete" ] || fail 4 \
        "Python $incomplete is here, but without its venv module, which keeps this project's packages apart." \
        "On Debian, Ubuntu and Raspberry Pi OS type: sudo apt install python$incomplete-venv" \
        "Then run make again."
    fail 3 \
        "robotvoice needs Python 3.11 or newer; found: ${found:-none of $*}." \
        "On a Mac type: brew install python" \
        "On Debian, Ubuntu and Raspberry Pi OS type: sudo apt install python3 python3-venv" \
        "If it is installed under another name, tell make: make PYTHON=/path/to/python3 run"
}

install_packages() {
    "$1" -m venv "$venv" || return
    set -- "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --retries 2
    if [ -z "${VERIFY_HASHES-}" ]; then
        "$@" --editable '.[gateway,espeak,neural,dev]' --constraint constraints.txt
    else
        "$@" --require-hashes --no-deps --only-binary :all: --requirement hashes.txt &&
            "$@" --no-deps --no-build-isolation --editable '.[gateway,espeak,neural,dev]' &&
            "$venv/bin/python" -m pip check
    fi
}

# Runs this script again, with the interpreter, as the only one in this folder. The system ends the lock with the
# last process that has it, however that ends; a lock file of our own would outlive one that was killed.
ALONE='
import fcntl, os, sys
lock = os.open("setup/environment.sh", os.O_RDONLY)
os.set_inheritable(lock, True)
try:
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
except BlockingIOError:
    print("Another make sets up .venv; this one waits for it.", flush=True)
    fcntl.flock(lock, fcntl.LOCK_EX)
except OSError:
    pass  # a file system without locks, as some networks have
os.execvp("sh", ["sh", "setup/environment.sh", sys.argv[1]])
'

up_to_date && exit 0
if [ $# = 0 ]; then
    python=$(find_python) || exit
    exec "$python" -c "$ALONE" "$python"
fi
python=$1
[ ! -e "$venv" ] || echo "Making $venv anew: it was half-made, moved or made for other requirements."
echo "Setting up $venv with Python $(version_of "$python"); the first time this takes about a minute."
rm -rf "$venv"
mkdir "$venv" || exit 1
if ! install_packages "$python" >"$log" 2>&1; then
    tail -n 15 "$log" >&2
    fail 5 \
        "The packages could not be installed; pip's last lines are above, all of them in $log." \
        "This step needs the network, once. Run make again when it is there: it starts afresh."
fi
purpose >"$stamp"
