#!/bin/sh
# Installs what is missing, Debian packages by name: deps.sh build|test|lint|fuzz|deb. Called by make itself when something is missing.
# On other systems it names what is needed and stops.
set -u
build="gcc make pkg-config libncurses-dev libsqlite3-dev libcjson-dev libunistring-dev libzstd-dev zlib1g-dev liblzma-dev libarchive-dev libxxhash-dev libmd-dev"
test="libcmocka-dev libvterm-dev python3 tmux locales-all"
lint="clang clang-tidy clang-format cppcheck"
fuzz="clang libclang-rt-dev"
deb="dpkg-dev"
case "${1:-build}" in
build) want=$build ;;
test) want="$build $test" ;;
lint) want="$build $test $lint" ;;
fuzz) want="$build $fuzz" ;;
deb) want="$build $deb" ;;
*) echo "usage: deps.sh build|test|lint|fuzz|deb" >&2; exit 2 ;;
esac
# locales-all only where no UTF-8 locale is there at all; C.UTF-8 suffices.
if locale -a 2>/dev/null | grep -qi 'utf-\?8'; then want=$(echo " $want " | sed 's/ locales-all / /'); fi
if ! command -v dpkg-query >/dev/null 2>&1; then
	missing=""
	command -v cc >/dev/null 2>&1 || missing="a C compiler"
	for lib in ncursesw sqlite3 libcjson libzstd zlib liblzma libarchive libxxhash libmd; do
		pkg-config --exists $lib 2>/dev/null || missing="$missing $lib"
	done
	[ -z "$missing" ] && exit 0
	echo "spoor: this is no Debian or Ubuntu; please install what these packages hold: $want (not found:$missing)" >&2
	exit 1
fi
missing=""
for package in $want; do
	case $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) in
	"install ok installed") ;;
	*) missing="$missing $package" ;;
	esac
done
[ -z "$missing" ] && exit 0
echo "spoor: installing$missing" >&2
if [ "$(id -u)" = 0 ]; then run=""; elif command -v sudo >/dev/null 2>&1; then run=sudo; else
	echo "spoor: as root, please: apt-get install$missing" >&2
	exit 1
fi
export DEBIAN_FRONTEND=noninteractive
$run apt-get install -y -q --no-install-recommends $missing >/dev/null 2>&1 ||
	{ $run apt-get update -q >&2 && $run apt-get install -y -q --no-install-recommends $missing >&2; }
