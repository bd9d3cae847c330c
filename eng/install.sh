# Sourced: what a bare Debian 12 machine lacks is installed, and what is there is left alone.

# install_packages PACKAGE:WITNESS...   A witness is a command, or a path that begins with a slash.
install_packages() {
  local entry package witness missing=()
  for entry in "$@"; do
    package=${entry%%:*} witness=${entry#*:}
    case $witness in
      /*) [ -e "$witness" ] || missing+=("$package") ;;
      *) command -v "$witness" >/dev/null || missing+=("$package") ;;
    esac
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  echo "installing: ${missing[*]}" >&2
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "not root and no sudo: install ${missing[*]} yourself" >&2; return 1; }
    as_root=(sudo)
  fi
  "${as_root[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
