#!/usr/bin/env bash
# What the browser's tests need of Debian's packages: installs what is not there yet, as root or by
# sudo; otherwise says in one sentence what is missing.
set -euo pipefail
declare -A needed=([chromium]=chromium [soffice]=libreoffice-calc-nogui [pdftotext]=poppler-utils)
missing=()
for program in "${!needed[@]}"; do
    command -v "$program" >/dev/null || missing+=("${needed[$program]}")
done
fc-list 2>/dev/null | grep -qi 'noto.*sans' || missing+=(fonts-noto-core)
[ ${#missing[@]} -eq 0 ] && exit 0
if [ "$(id -u)" -eq 0 ]; then as_root=(); elif command -v sudo >/dev/null; then as_root=(sudo); else
    echo "the browser's tests need Debian's packages ${missing[*]}: install them as root" >&2
    exit 1
fi
echo "installing ${missing[*]}"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
