"""OFD 电子证明 (GB/T 33190; obligation 9.3): the same page as the PDF, in a package that an electronic seal of GB/T 38540 can cover."""

from __future__ import annotations

from hashlib import sha256
from xml.sax.saxutils import escape

from domain.calendar import LOCAL
from guomi.ofd import ATTACHED, PAGE, ROOT, packed, tag
from proofs.ofd.drawing import HEIGHT, WIDTH, drawn
from proofs.page import PageError, ProofPage, machine_readable, render

_LAYER, _FIRST = 2, 10  #: IDs: of the page's layer, of its fonts and objects
_DOCUMENT, _RESOURCES, _CONTENT, _FONTS, _LISTED = (
    f"Doc_0/{name}" for name in ("Document.xml", "PublicRes.xml", "Pages/Page_0/Content.xml", "Res/font_{}.otf", "Attachs/Attachments.xml")
)


def render_ofd(page: ProofPage) -> bytes:
    """The page as OFD, unsealed; its keyword is the number and nothing else, its `proof.json` an attachment. The same page gives the
    same bytes. Raises as `proofs.page.render`, and PageError where the template draws what is not known here. About 20 ms of CPU."""
    return of_page(render(page), page)


def of_page(pdf: bytes, page: ProofPage) -> bytes:
    """The same, out of the PDF that `render` made of it."""
    try:
        made = drawn(pdf, _FIRST)
    except (ValueError, LookupError, TypeError, AttributeError):  # UnknownContent, or a PDF that Typst has come to build otherwise
        raise PageError("电子证明模板含有不能写成 OFD 的内容,请检查模板") from None
    last, number, physical = _FIRST + len(made.fonts) + len(made.objects) - 1, escape(page.number), f"0 0 {WIDTH} {HEIGHT}"
    files = {
        ROOT: tag(
            "OFD",
            f"<ofd:DocBody><ofd:DocInfo><ofd:DocID>{sha256(page.number.encode()).hexdigest()[:32]}</ofd:DocID>"
            f"<ofd:Title>{escape(page.kind)}</ofd:Title><ofd:Author>{escape(page.making_unit)}</ofd:Author>"
            f"<ofd:CreationDate>{page.retrieved_at.astimezone(LOCAL):%Y-%m-%d}</ofd:CreationDate>"
            f"<ofd:Keywords><ofd:Keyword>{number}</ofd:Keyword></ofd:Keywords></ofd:DocInfo>"
            f"<ofd:DocRoot>{_DOCUMENT}</ofd:DocRoot></ofd:DocBody>",
            'Version="1.0" DocType="OFD"',
        ),
        _DOCUMENT: tag(
            "Document",
            f"<ofd:CommonData><ofd:MaxUnitID>{last}</ofd:MaxUnitID><ofd:PageArea><ofd:PhysicalBox>{physical}</ofd:PhysicalBox>"
            "</ofd:PageArea><ofd:PublicRes>PublicRes.xml</ofd:PublicRes></ofd:CommonData>"
            f'<ofd:Pages><ofd:Page ID="{PAGE}" BaseLoc="Pages/Page_0/Content.xml"/></ofd:Pages>'
            "<ofd:Attachments>Attachs/Attachments.xml</ofd:Attachments>",
        ),
        _RESOURCES: tag(
            "Res", f"<ofd:Fonts>{''.join(_font(one, font.name) for one, font in made.fonts.items())}</ofd:Fonts>", 'BaseLoc="Res"'
        ),
        _CONTENT: tag(
            "Page",
            f"<ofd:Area><ofd:PhysicalBox>{physical}</ofd:PhysicalBox></ofd:Area>"
            f'<ofd:Content><ofd:Layer ID="{_LAYER}" Type="Body">{"".join(made.objects)}</ofd:Layer></ofd:Content>',
        ),
    }
    files |= {_FONTS.format(one): font.program for one, font in made.fonts.items()}
    attached = (
        f'<ofd:Attachment ID="1" Name="proof.json" Format="json" Visible="true"><ofd:FileLoc>/{ATTACHED}</ofd:FileLoc></ofd:Attachment>'
    )
    files |= {_LISTED: tag("Attachments", attached), ATTACHED: machine_readable(page).encode()}
    return packed(files, small=False)


def _font(number: int, name: str) -> str:
    file = f"<ofd:FontFile>font_{number}.otf</ofd:FontFile>"
    return f'<ofd:Font ID="{number}" FontName="{name}" FamilyName="{name}">{file}</ofd:Font>'
