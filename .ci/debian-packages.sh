#!/usr/bin/env bash
# What the browser tests need and Python packages do not bring: Chromium. Without it, or without the right to install
# it, those tests are skipped and say so.
set -u
command -v chromium >/dev/null && exit 0
if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    echo "Chromium is not there and cannot be installed from here (needs apt-get and root): the browser tests are skipped." >&2
    exit 0
fi
apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null ||
    echo "Chromium could not be installed: the browser tests are skipped." >&2
