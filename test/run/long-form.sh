#!/usr/bin/env bash
# The long form of what CI shows in short: every boundary on both sides, thousands of seeds, ten years. Takes some hours.
set -euo pipefail
cd "$(dirname "$0")/../.."
export TEST_TIMEOUT_MS=$((6 * 60 * 60 * 1000))
KILL_MATRIX=all SIMULATION_SEEDS="${SIMULATION_SEEDS:-3000}" SOAK_DAYS="${SOAK_DAYS:-3650}" \
  npm test -- daemon/kill-matrix daemon/simulation daemon/soak
