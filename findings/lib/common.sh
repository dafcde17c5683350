# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=sh
#
# What the findings share.

# Interrupted, too, a script removes what it has made
trap 'exit 2' HUP INT TERM

# fetch DIR PACKAGE=VERSION...: packages of Debian 12, or of $RELEASE, with backports, and all that
# they need, unpacked below DIR, nothing configured. The mirror is that of the machine's apt.
fetch() {
	root=$1
	shift
	apt=$(mktemp -d)
	mkdir -p "$root" "$apt/state/lists/partial" "$apt/cache/archives/partial"
	: >"$apt/status"
	uri=$(apt-get indextargets --format "\$(REPO_URI)" 'Created-By: Packages' \
		'Origin: Debian' 'Label: Debian' | head -n 1)
	release=${RELEASE:-bookworm}
	for suite in "$release" "$release-backports"; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main"
	done >"$apt/sources.list"
	{
		private_apt update &&
		private_apt install -y --no-install-recommends --download-only \
			-t "$release-backports" "$@" &&
		find "$apt/cache/archives" -name '*.deb' -exec dpkg-deb -x {} "$root" \;
	} >"$apt/log" 2>&1 || {
		cat "$apt/log"
		rm -rf "$apt"
		exit 2
	}
	rm -rf "$apt"
}

private_apt() {
	apt-get -q -o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=- \
		-o Dir::Etc::Preferences=- -o Dir::Etc::PreferencesParts=- \
		-o Dir::State="$apt/state" -o Dir::State::status="$apt/status" \
		-o Dir::Cache="$apt/cache" -o APT::Sandbox::User=root "$@"
}

# as_in_header FILE: fails unless FILE has the lines that the script's header marks with "|"
as_in_header() {
	cat "$1"
	sed -n 's/^#   | //p' "$0" | diff -u - "$1" || {
		echo "not what was seen before"
		exit 1
	}
}
