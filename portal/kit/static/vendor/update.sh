#!/bin/sh
# Fetch the vendored style sheet again, by package name, from the registry that npm is configured for.
# Usage: portal/kit/static/vendor/update.sh [bootstrap version, default 5.3]
set -eu
version="${1:-5.3}"
here="$(cd "$(dirname "$0")" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
tarball="$(npm pack --silent "bootstrap@$version" | tail -n 1)"
tar xzf "$tarball"
mkdir -p "$here/bootstrap"
# the map is not shipped: a name without its file stops collectstatic
sed '/^\/\*# sourceMappingURL=.*\*\/$/d' package/dist/css/bootstrap.min.css > "$here/bootstrap/bootstrap.min.css"
cp package/LICENSE "$here/bootstrap/LICENSE"
found="$(sed -n 's/^ *"version": "\(.*\)",*$/\1/p' package/package.json | head -n 1)"
sum="$(sha256sum "$here/bootstrap/bootstrap.min.css" | cut -d ' ' -f 1)"
{
  echo "package    version  licence  file                        sha256"
  echo "bootstrap  $found    MIT      bootstrap/bootstrap.min.css  $sum"
} > "$here/VERSIONS"
cat "$here/VERSIONS"
