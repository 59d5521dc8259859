"""无障碍: axe-core, as npm has it, over what a browser shows."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from tests.browser import DESKTOP, TELEPHONE, Browser

_PACKAGE = "axe-core@4.14.1"
_SCRIPT, _DIGEST = "package/axe.min.js", "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
_RUN = "rules => axe.run(document, {resultTypes: ['violations'], ...rules}).then(found => found.violations.map(one => ({rule: one.id,"
_RUN += " help: one.help, where: one.nodes.map(node => node.target.join(' ') + ': ' + node.html.slice(0, 160))})))"
_SEEN = "() => [...document.querySelectorAll('*')].map(one => +one.checkVisibility({visibilityProperty: true})).join('')"

LARGE = 5_000
"""Elements from which on a page is looked at by its kinds: thirty thousand of some thirty kinds took a minute of the processor."""
_REDUCE = """() => {
  const said = one => [...one.attributes].filter(at => !['id', 'href'].includes(at.name)).map(at => at.name + '=' + at.value).join();
  const speaks = one => [...one.childNodes].some(child => child.nodeType === Node.TEXT_NODE && child.data.trim());
  (function shape(one) {
    const inside = new Map();
    for (const child of [...one.children]) {
      const like = shape(child), before = inside.get(like) ?? 0;
      inside.set(like, before + 1);
      if (before > 1 && ['li', 'tr', 'details', 'p', 'h3', 'div'].includes(child.localName)) child.remove();
    }
    return [one.localName, said(one), speaks(one), '(', ...inside.keys(), ')'].join(' ');
  })(document.body);
}"""
"""Of what stands beside one another and differs in nothing but words and addresses, two stay: a row has its even and its odd."""

BY_LAYOUT = ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "bypass", "skip-link"]
"""The rules that ask more of a screen's size than which elements are seen: where those are the same, no other says anything new."""


@pytest.fixture(scope="session")
def axe(pytestconfig: pytest.Config) -> str:
    """The script. Fetched once and kept where pytest keeps what it knows; never any other than the one named here."""
    kept = pytestconfig.cache.mkdir("axe-core") / f"{_DIGEST[:16]}.js"
    if not kept.exists():
        kept.write_bytes(_fetched(kept.parent))
    content = kept.read_bytes()
    assert hashlib.sha256(content).hexdigest() == _DIGEST, f"{_PACKAGE} is not the one that is pinned"
    return content.decode()


def violations(browser: Browser, axe: str) -> list[dict[str, Any]]:
    """What axe-core finds on the page at hand, on a telephone and on a desktop. Of a large page its kinds alone stay."""
    found: list[dict[str, Any]] = []
    page, seen = browser.page, ""
    page.evaluate(axe)
    if page.evaluate("document.getElementsByTagName('*').length") > LARGE:
        page.evaluate(_REDUCE)
    for width, height in (TELEPHONE, DESKTOP):
        page.set_viewport_size({"width": width, "height": height})
        before, seen = seen, page.evaluate(_SEEN)
        found += page.evaluate(_RUN, {"runOnly": BY_LAYOUT} if seen == before else {})
    return found


def _fetched(folder: Path) -> bytes:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip(f"{_PACKAGE} is fetched with npm, which is not on this machine")
    packed = subprocess.run([npm, "pack", _PACKAGE, "--fetch-retries=1", "--silent"], cwd=folder, capture_output=True, text=True)
    if packed.returncode:
        pytest.skip(f"npm could not fetch {_PACKAGE}: {packed.stderr.strip().splitlines()[:1]}")
    archive = folder / packed.stdout.strip().splitlines()[-1]
    with tarfile.open(archive) as files:
        script = files.extractfile(_SCRIPT)
        assert script is not None
        content = script.read()
    archive.unlink(missing_ok=True)
    return content
