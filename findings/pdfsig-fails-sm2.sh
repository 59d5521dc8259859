#!/usr/bin/env bash
# poppler's pdfsig 22.12.0 (Debian 12 poppler-utils, 2026-11-30, https://gitlab.freedesktop.org/poppler/poppler): over a PDF signed with SM2
# and SM3 it says "Unknown Validation Failure" and ends with exit code 0; it does not say that it lacks the algorithm.
#
# The signature is in order: Bouncy Castle and OpenSSL verify it. NSS, on which pdfsig rests, knows no SM3 (its word on the other stream:
# "Unrecognized Hash ID"), and the failure reads like that of a broken file. Coverage is judged and right. Who reads the exit code alone
# takes the same file for valid.
#
# Needs poppler-utils and the project's environment (a proof is sealed with development keys of SM2).
# Seen:  exit code 0
#          - Signing Hash Algorithm: unknown
#          - Total document signed
#          - Signature Validation: Unknown Validation Failure.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
PYTHONPATH=. .venv/bin/python - "$folder" <<'PYTHON'
import sys
from pathlib import Path

from connectors.seal import LocalSeals
from proofs.page import render
from proofs.seal_image import draw_seal
from runtime.services.development_keys import ensure_development_seals
from tests.proofs.samples import NAMES, page, use

folder = Path(sys.argv[1])
ensure_development_seals(folder / "seals", NAMES, "sm2")
(folder / "proof.pdf").write_bytes(LocalSeals(folder / "seals", NAMES, True, draw_seal).sign(render(page()), use()))
PYTHON
code=0
pdfsig -nocert "$folder/proof.pdf" > "$folder/said" 2>/dev/null || code=$?
{ echo "exit code $code"; grep -E "Hash Algorithm|Total|Validation:" "$folder/said"; } > "$folder/seen"
cat "$folder/seen"
diff "$folder/seen" - <<'SEEN'
exit code 0
  - Signing Hash Algorithm: unknown
  - Total document signed
  - Signature Validation: Unknown Validation Failure.
SEEN
