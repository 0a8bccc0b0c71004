#!/usr/bin/env bash
# setup.sh PART...: installs what is missing. Parts: go (nothing but Go), page (npm packages), window (GTK and WebKit to build
# and open it), tests (a browser, a screen without a monitor).
source "$(dirname "$0")/lib.sh"

has go || fail "Go is missing. Install Go 1.26 or newer from https://go.dev/dl and call this again."

declare -A packages=(
	[window]="gcc pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev"
	[tests]="xvfb xauth dbus-x11 at-spi2-core python3-gi gir1.2-atspi-2.0 imagemagick chromium fonts-dejavu-core"
)

# install adds Debian packages that are not there.
install() {
	local missing=() p
	has dpkg-query || fail "This is neither Debian nor Ubuntu. Install what these Debian packages hold, then call this again: $*"
	for p in "$@"; do
		dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
	done
	[ ${#missing[@]} -eq 0 ] && return
	local as=()
	if [ "$(id -u)" != 0 ]; then
		has sudo && sudo -n true 2>/dev/null || fail "Packages are missing. Type:  sudo apt-get install ${missing[*]}"
		as=(sudo -n)
	fi
	echo "Installing ${missing[*]}"
	"${as[@]}" apt-get update -qq >/dev/null
	"${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
		fail "The packages could not be installed. Type:  sudo apt-get install ${missing[*]}"
}

page() {
	has npm || fail "Node is missing. Install Node 20 or newer from https://nodejs.org and call this again."
	node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 22 || (a == 22 && b >= 12) || (a == 20 && b >= 19) ? 0 : 1)' ||
		fail "Node $(node --version) is too old. Install Node 20.19, 22.12 or newer from https://nodejs.org and call this again."
	# npm leaves a copy of the lock file behind: older than ours means that packages changed.
	[ frontend/node_modules/.package-lock.json -nt frontend/package-lock.json ] && return
	echo "Installing the page's packages"
	npm --prefix frontend ci --no-audit --no-fund --loglevel=error || fail "npm ci failed in frontend/. Remove frontend/node_modules and call this again."
}

for part in "$@"; do
	case $part in
	go) ;;
	page) page ;;
	*)
		read -ra wanted <<<"${packages[$part]}"
		install "${wanted[@]}"
		;;
	esac
done
