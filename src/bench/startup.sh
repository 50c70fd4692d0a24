#!/bin/sh
# Whole-process time of the main job, with and without plots: median and range of several runs.
#
#   sh src/bench/startup.sh [RUNS]      (default 15; needs GNU date; run it on an idle machine)
#
# The command is built, and its start-up cache made, before anything is timed. Files go to a
# temporary folder, so that every run writes all of them.
set -eu
runs=${1:-15}
invact=$(cd "$(dirname "$0")/../.." && pwd)/cli/invact
"$invact" --version >/dev/null

median_of() {
  name=$1
  shift
  for _ in $(seq "$runs"); do
    folder=$(mktemp -d)
    start=$(date +%s%N)
    (cd "$folder" && "$invact" "$@" >out 2>err) || { cat "$folder/err" >&2; exit 1; }
    end=$(date +%s%N)
    rm -rf "$folder"
    echo $(((end - start) / 1000000))
  done | sort -n | awk -v name="$name" '
    { t[NR] = $1 }
    END { printf "| %s | %.2f s | %.2f-%.2f s |\n", name, t[int((NR + 1) / 2)] / 1000, t[1] / 1000, t[NR] / 1000 }'
}

echo "| command, $runs runs on $(nproc) processors | median | range |"
echo "|---|---|---|"
median_of "invact fit --all" fit --all
median_of "invact fit --all --no-plots" fit --all --no-plots
median_of "invact --version" --version
