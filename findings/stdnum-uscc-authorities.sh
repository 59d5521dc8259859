#!/usr/bin/env bash
# python-stdnum 2.2 (2026-11-28, https://github.com/arthurdejong/python-stdnum): stdnum.cn.uscc refuses every 统一社会信用代码 whose first
# character is a letter as InvalidFormat, whatever its check character.
#
# GB 32100-2015 gives the first character to the registering authority: 1 to 9, but also A (中央军委改革和编制办公室),
# N (农业农村) and Y (其他). 农村集体经济组织, registered by the agricultural offices, bear codes that begin with N, nearly each village
# has one. Whoever checks with this function turns them away. The check character (mod 31, weights 3^i) is the same for all, so the
# body below is invented and its last character computed here.
#
# Seen:  91370402MA3DEM000H accepted
#        N2370402MF1234567T InvalidFormat
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check python-stdnum==2.2
"$folder/venv/bin/python" - > "$folder/seen" <<'PYTHON'
from stdnum.cn import uscc

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def complete(body):
    total = sum(ALPHABET.index(one) * pow(3, place, 31) for place, one in enumerate(body))
    return body + ALPHABET[-total % 31]


for body in ("91370402MA3DEM000", "N2370402MF1234567"):
    code = complete(body)
    try:
        uscc.validate(code)
        print(code, "accepted")
    except Exception as error:
        print(code, type(error).__name__)
PYTHON
cat "$folder/seen"
diff "$folder/seen" - <<'SEEN'
91370402MA3DEM000H accepted
N2370402MF1234567T InvalidFormat
SEEN
