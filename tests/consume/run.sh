#!/usr/bin/env bash
# Use myocramp as another project would, outside the tree:  run.sh BUILD_DIR SOURCE_DIR [find_package|add_subdirectory]
set -euo pipefail

build=$(cd "$1" && pwd)
source=$(cd "$2" && pwd)
which=${3:-"find_package add_subdirectory"}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -R "$source/tests/consume/." "$work"

options=(-G Ninja -DCMAKE_BUILD_TYPE=Release)
if command -v ccache >/dev/null; then options+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi

for way in $which; do
  case $way in
    find_package)
      cmake --install "$build" --component dev --prefix "$work/prefix" >/dev/null
      place=(-DCMAKE_PREFIX_PATH="$work/prefix")
      ;;
    add_subdirectory)
      place=(-DMYOCRAMP_SOURCE_DIR="$source")
      ;;
    *)
      echo "run.sh: expected find_package or add_subdirectory, found $way" >&2
      exit 2
      ;;
  esac
  cmake -S "$work/$way" -B "$work/build_$way" "${options[@]}" "${place[@]}"
  cmake --build "$work/build_$way" --target consumer
  "$work/build_$way/consumer"
done
