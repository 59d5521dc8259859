#!/usr/bin/env bash
# Typst 0.15.2 and pyHanko 0.38.0 (Python packages, 2026-11-30, https://github.com/messense/typst-py, https://github.com/MatthiasValvekens/pyHanko):
# a PDF/A-3 file that Typst wrote is none any more once pyHanko has signed it, although neither does anything wrong by itself.
#
# Typst ends the file with "%%EOF" and no line break; an incremental update of pyHanko begins where the file ends, so that its first object
# stands on the line of the end mark (ISO 19005-3 6.1.9: the object number is preceded by an end of line). One line break before signing mends it.
# Besides, a signature with ECDSA on P-256 makes the catalog say PDF 2.0 (for ISO/TS 32002), where PDF/A-3 is written in 1.7.
#
# Seen:  as it came: b'%%EOFN 0 obj' /Version 2.0
#        with a line break: b'%%EOF\nN 0 obj' /Version 2.0   (N: a number)
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check typst==0.15.2 pyhanko==0.38.0
cd "$folder"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -subj /CN=Demo -days 2 2> /dev/null
echo 'Page' > page.typ
venv/bin/python - > seen <<'PYTHON'
import io
import re

import typst
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers import PdfSignatureMetadata, SimpleSigner, sign_pdf

signer = SimpleSigner.load("key.pem", "cert.pem")
page = typst.compile("page.typ", format="pdf", pdf_standards=["a-3b"])
how = PdfSignatureMetadata(field_name="Seal", subfilter=SigSeedSubFilter.PADES)
for name, file in (("as it came", page), ("with a line break", page + b"\n")):
    signed = sign_pdf(IncrementalPdfFileWriter(io.BytesIO(file)), how, signer).getvalue()
    begun = re.sub(rb"\d+ \d+ obj", b"N 0 obj", re.search(rb"%%EOF\n?\d+ \d+ obj", signed)[0])
    print(f"{name}:", begun, "/Version", re.search(rb"/Version */([\d.]+)", signed)[1].decode())
PYTHON
cat seen
diff seen - <<'SEEN'
as it came: b'%%EOFN 0 obj' /Version 2.0
with a line break: b'%%EOF\nN 0 obj' /Version 2.0
SEEN
