#!/usr/bin/env bash
# Installs the package on a bare Debian 12 in a folder, where nothing of ours was ever built, and runs it there.
# chroot_test.sh BUILD_FOLDER WORK_FOLDER
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
build=$1 work=$2
[ "$(id -u)" = 0 ] || { echo "needs root, for debootstrap and chroot" >&2 && exit 1; }
system=$work/system

# Where this machine gets its packages from.
source_uri() {
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null | sed -n 's/^URIs: *\([^ ]*\).*/\1/p' | head -n 1
    sed -n 's/^deb \(\[[^]]*\] \)\?\([^ ]*\) .*/\2/p' /etc/apt/sources.list 2>/dev/null | head -n 1
}

cleanup() {
    local point
    for point in proc dev/null dev/urandom; do
        mountpoint -q "$system/$point" 2>/dev/null && umount "$system/$point"
    done
    rm -rf "$system"
}
trap cleanup EXIT
cleanup
mkdir -p "$work"
debootstrap --variant=minbase --include=ca-certificates bookworm "$system" "$(source_uri | head -n 1)" \
    >"$work/debootstrap.log" 2>&1 || { tail -n 20 "$work/debootstrap.log" >&2 && exit 1; }

# The same sources, options and certificates as outside, and only those.
rm -f "$system/etc/apt/sources.list"
cp -a /etc/apt/. "$system/etc/apt/"
rm -f "$system"/etc/apt/sources.list.d/*.disabled* "$system"/etc/apt/apt.conf.d/docker-*
cp -a /etc/ssl/certs/. "$system/etc/ssl/certs/"
cp -aL /usr/local/share/ca-certificates "$system/usr/local/share/" 2>/dev/null || true
cp -L /etc/resolv.conf /etc/hosts "$system/etc/"
mount -t proc proc "$system/proc"

inside() { chroot "$system" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"; }
fail() { echo "FAIL $*" >&2 && exit 1; }

package=$("$root/tools/package" "$build" "$work")
cp "$package" "$system/tmp/ropenet.deb"
quietly() { inside "$@" >>"$work/apt.log" 2>&1 || { tail -n 20 "$work/apt.log" >&2 && fail "$*"; }; }
quietly apt-get -qq update
quietly apt-get -qq install -y --no-install-recommends /tmp/ropenet.deb

inside ropenet --version | grep -q '^ropenet [0-9]' || fail "no version"
inside getent passwd ropenet | grep -q ':/var/lib/ropenet:' || fail "no user"
[ "$(inside stat -c '%U %a' /var/lib/ropenet)" = 'ropenet 700' ] || fail "the data folder is not the user's alone"
inside sh -c 'cd /tmp && timeout 120 ropenet dev --ephemeral --play --once' >"$work/play.log" 2>&1 ||
    { tail -n 20 "$work/play.log" >&2 && fail "dev --play --once"; }

# A node as the operator sets it up, as the user of the service, with the unit's own command line.
inside su -s /bin/sh ropenet -c \
    'ropenet node init --network guiyang --rope-name register --data /var/lib/ropenet' >/dev/null
command=$(sed -n 's/^ExecStart=\(.*\) \$ROPENET_OPTIONS/\1/p' "$system/lib/systemd/system/ropenet.service")
inside su -s /bin/sh ropenet -c "timeout -s TERM 5 $command --http 127.0.0.1:0 --json" >"$work/node.log" || true
grep -q '"event":"ready"' "$work/node.log" || fail "node start"

quietly apt-get -qq remove -y ropenet
[ -e "$system/var/lib/ropenet/node.toml" ] || fail "removing the package took the data with it"
[ ! -e "$system/usr/bin/ropenet" ] || fail "the program stays"
echo "installed, ran and removed on a bare Debian 12"
