#!/bin/sh
# Prints what to type on a robot, with the address that this clone came from.
set -u
cd -- "$(dirname -- "$0")/.." || exit 1

# Without the name or password that may be in it.
address=$(git remote get-url origin 2>/dev/null | sed 's|//[^/@]*@|//|')
here="$(id -un)@$(hostname):$(pwd -P)"
case $address in
*://* | *@*:*) get="git clone $address robotvoice" ;;
/* | .*) get="git clone '$here' robotvoice    # this machine must allow a login by ssh" ;;
*) get="scp -r '$here' robotvoice    # this machine must allow a login by ssh" ;;
esac

cat <<END
On the robot, as the user that its programs run as, type:

    sudo apt update
    sudo apt install -y git python3-venv espeak-ng alsa-utils
    $get
    python3 -m venv ~/robotvoice-env
    ~/robotvoice-env/bin/pip install ./robotvoice
    sudo ln -sf ~/robotvoice-env/bin/robotvoice /usr/local/bin/robotvoice
    robotvoice say "Hello, I'm Spark."

It speaks by itself. For the Mac's voices type \`robotvoice-gateway pair\` on the Mac, and on the robot what that shows.
END
