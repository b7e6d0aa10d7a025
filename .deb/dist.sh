#!/bin/sh
# make dist: dist.sh VERSION OUT.tar.gz, run from the root of the tree. The files git knows (in a tarball: all there are), with .version; sorted, owned by
# root, dated $EPOCH.
set -eu
version=$1 out=$2 name=spoor-$1
work=$(mktemp -d) || exit 4
trap 'rm -rf "$work"' EXIT
printf '%s\n' "$version" >"$work/.version"
touch -d "@$EPOCH" "$work/.version"
if [ -e .version ]; then
	find . -path ./build -prune -o \( -type f -o -type l \) ! -path ./.version -printf '%P\0'
elif git rev-parse --git-dir >/dev/null 2>&1; then
	{ git ls-files -z; git ls-files -z --deleted; } | sort -z | uniq -zu # a changed tree is packed as it is
else
	echo "make dist: neither a git tree nor a tarball of spoor" >&2
	exit 2
fi | LC_ALL=C sort -z >"$work/files"
mkdir -p "$(dirname "$out")"
tar --create --format=gnu --no-recursion --owner=0 --group=0 --numeric-owner --mode='u=rwX,go=rX' --mtime="@$EPOCH" \
	--transform="flags=r;s,^,$name/," --null --files-from="$work/files" --no-null -C "$work" .version >"$work/tar"
gzip -n9 <"$work/tar" >"$out.new" # no pipe: a tar that failed ends this
mv "$out.new" "$out"
echo "$out"
