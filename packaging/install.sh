#!/bin/sh
# Installs the program from the wheels beside this file, without a network, into an environment of your own.
# 用本文件旁的 wheels 安装本程序，不需要网络。可写安装位置：sh install.sh 文件夹
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
place=${1:-"$HOME/.local/share/retail-subsidy-budget"}
python=
for name in python3.14 python3.13 python3.12 python3.11 python3; do
  if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
  then python=$name; break; fi
done
if [ -z "$python" ]; then
  echo "需要 Python 3.11 或更新版本及其 venv 模块 / Python 3.11 or newer with its venv module is needed" >&2
  exit 1
fi
echo "正在安装到 / installing into $place"
"$python" -m venv "$place"
"$place/bin/python" -m pip install --disable-pip-version-check --quiet --no-index --find-links "$here" retail-subsidy-budget
mkdir -p "$HOME/.local/bin"
ln -sf "$place/bin/simulator" "$HOME/.local/bin/simulator"
"$place/bin/simulator" --version
case ":$PATH:" in
  *":$HOME/.local/bin:"*) echo "输入 / type: simulator report baseline" ;;
  *) echo "输入 / type: ~/.local/bin/simulator report baseline" ;;
esac
