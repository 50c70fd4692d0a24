#!/bin/sh
# Builds the PTX of all kernels that are in the jar:
#
#     mvn -q compile
#     java -cp target/classes invact.runtime.cuda.internal.KernelSources target/cuda
#     src/main/cuda/build.sh target/cuda [OUT]
#
# The first argument is the folder of the kernels' sources, OUT where the PTX goes, by default to the
# resources of the Java library. There is nothing to edit in either: sources are rendered from programs.
#
# sm_80 is the least architecture whose instructions are used. nvcc names its own PTX version, which
# drivers older than itself refuse; nothing newer than version 7.4 is used, so that this is named,
# and drivers from 470 on take it. ptxas, as a test runs it, would refuse what is too new. One thing
# is, and is left out: the pragma used_bytes_mask, a hint. Sums of products fuse only where fmaf says so.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${2:-$here/../resources/invact/cuda}
mkdir -p "$out"
rm -f "$out"/*.ptx
for source in "$1"/*.cu; do
  name=$(basename "$source" .cu)
  nvcc -std=c++17 -fmad=false -arch=compute_80 -ptx -I "$here" -o "$out/$name.tmp" "$source"
  # Comments name the compiler's build, which is not what a rebuild is to be compared by.
  sed -e '/^\/\//d' -e '/used_bytes_mask/d' -e 's/^\.version .*/.version 7.4/' "$out/$name.tmp" >"$out/$name.ptx"
  rm "$out/$name.tmp"
done
