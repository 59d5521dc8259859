#!/usr/bin/env bash
# Typst 0.15.2 (Python package of the same number, 2026-11-28, https://github.com/messense/typst-py): `pdf.attach(…, relationship: "data")`
# embeds the file, but the document says that it belongs to it (the catalog's /AF, ISO 32000-2 14.13) only where PDF/A-3 is asked for.
#
# Without a standard the relationship that the author wrote has no effect: a reader that looks for associated files, as those of
# electronic invoices and certificates do, finds none, while every attachment panel shows it.
#
# Seen:  plain  embedded: ['data.json']  associated: False
#        a-3b   embedded: ['data.json']  associated: True
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check typst==0.15.2 pikepdf==10.18.0
cd "$folder"
echo '{}' > data.json
echo '#pdf.attach("data.json", relationship: "data", mime-type: "application/json", description: "data")
Page' > page.typ
venv/bin/python - > seen <<'PYTHON'
import io

import pikepdf
import typst

for name, standards in (("plain", {}), ("a-3b", {"pdf_standards": ["a-3b"]})):
    with pikepdf.open(io.BytesIO(typst.compile("page.typ", format="pdf", **standards))) as found:
        print(name, "embedded:", list(found.attachments), "associated:", "/AF" in found.Root)
PYTHON
cat seen
diff seen - <<'SEEN'
plain embedded: ['data.json'] associated: False
a-3b embedded: ['data.json'] associated: True
SEEN
