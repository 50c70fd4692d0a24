#!/bin/sh
# Builds the PTX of all kernels into the folder given, by default the resources of the Java library.
#
# sm_80 is the least architecture whose instructions are used. nvcc names its own PTX version, which
# drivers older than itself refuse; nothing newer than version 7.4 is used, so that this is named,
# and drivers from 470 on take it. ptxas, as a test runs it, would refuse what is too new. One thing
# is, and is left out: the pragma used_bytes_mask, a hint. Sums of products fuse only where fmaf says so.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
out=${1:-$here/../resources/invact/cuda}
mkdir -p "$out"
for kernels in forward backward_any backward_fixed backward_table gated; do
  nvcc -std=c++17 -fmad=false -arch=compute_80 -ptx -o "$out/$kernels.tmp" "$here/$kernels.cu"
  # Comments name the compiler's build, which is not what a rebuild is to be compared by.
  sed -e '/^\/\//d' -e '/used_bytes_mask/d' -e 's/^\.version .*/.version 7.4/' "$out/$kernels.tmp" >"$out/$kernels.ptx"
  rm "$out/$kernels.tmp"
done
