"""没有采用的文字 (obligations 2.1, 5.1): what stands in a list outside of its rows and was taken for nothing that is said of them. Whoever
sends the list sees it; where it may speak of the rows after all, they wait until somebody says that it does not. The rules that hear
a text (`catalog.standing`, `catalog.notes_under`, `catalog.said_over`) know the sayings that they know; this one needs to know none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import NamedTuple

from catalog.accepted_rows import Accepted, beside
from catalog.asides import is_formal
from catalog.cleaning import clean
from catalog.remembering import remembered
from catalog.row_numbers import numbers_in
from catalog.rows_left import LOOKS, SIGNS
from catalog.said_aside import of_rows
from domain.clear_text import named_by_number
from domain.list_rows import Candidate, Question, SheetFound, Topic
from domain.spelling import fold

_MOST = 50  #: texts of a sheet that are kept
_LONGEST = 120  #: characters of one
UNRELATED = Candidate("unrelated", "与各行无关", 0.0)
_WHY = "表格之外写着这句话,没有读懂它是否说到表中的行"

#: What becomes of a thing is said with one of these, whatever the words are.
_MAY_SPEAK = re.compile(
    "取消|[废撤删剔弃]|另[行案有]|停(?!车|电|产|业)|失效|过期|到期|(?<!临)暂(?!住|无)|缓(?!刑)|[终中]止|待(?!遇)|拟|草[稿案]|[初样旧废底]稿|讨论|征求意见(?!情况)|未定|未经"
    "|减少|压减|精简|清[零除退]|淘汰|取缔|叫停|关[停闭]|收回|退出|下[架线放]|上[收划]|[移脱剥]离|移[交送走除]|划[转出给归走]|转[交由至给入]|交由"
    "|调整|变[更动化]|(规范|统一)[成为]|现[称名]|改(?!革)|更名|更正|勘误|替[换代]|代替|取代|合并|整合|归并|并入|拆分|免(?!费|证)"
    "|归口(?!管理|部门|科室)|收(上去|走)|拿[掉下走]|搁置|打算|下一(步|阶段|批)|计划(?=列|纳|取|增|新|明年|于|从)|再[说议]|对不上|找不到|(予以|应予|建议)清理"
    "|\\d年?度?存档|存档[件版本稿]|放在?(这里|此处|这儿)|老(叫法|名字?|版)|外[地省市](?=做法|经验|清单|目录|版|的?$)|还在(弄|改|写|梳理|整理|核)"
    "|不(再|用|需|必|要(?!求)|予|列|纳入|实行|执行|使用|保留|办|做|收|提交|提供|出具|开具|适用|属|归|含|包括)|无需|无须|没(有|了|通过|过会|批|定)|尚未|未(报|过会|批)|过渡期|拍板|[砍抹]掉|[瞎乱]填|作不得|[不没]作数|拿不准|叫法|照抄|拷来|拷过来|保留|沿用|除外|仅"
    "|旧|原[版先来区市县]|正在(修订|修改|清理|研究|梳理)|换新|历史|往年|去年|上年|备[份用]|归档|回收|垃圾|无效|错|误|样[表例张本]|示[例范]|举例|模拟|测试|试填|参考|借鉴|重复|多余|没用"
)
#: Words that hold one of them and say nothing of the kind, and how to fill in a table.
_HARMLESS = re.compile(
    "(与|较|比|同|跟)(去年|上年|往年|上一?[年版次])(相比|比较)?[^;。]*|(取消|保留|新增|调整|减少|合并)\\d+[项个件]|[^,;。]{0,12}以[^,;。]{0,8}为准"
    "|[^,;。]{0,6}待[^,;。]{0,6}(审[核定批]|核定|批准)(后[^,;。]{0,2}(公布|公示|印发))?|(国家|[省市]+级?|上级)下放|节假日除外|可以?由?[^,;。]{0,10}(替代|代替)(纸质)?|不(适用|实行|采用)(证明事项)?告知承诺|变[更动化](情况|说明|记录)$"
    "|原[^,;。]{0,10}(清单|目录|文件|办法|规定)[^,;。]{0,8}(废止|停止执行|失效|作废)"
    "|(已|对)?(经?取消|废止|划转|下放|移交)的?(证明|事项|材料)*(由[^;。]*|后?,[^;。]*|:无|不再列入[^;。]*|不得[^;。]*)"
    "|由[^,;。]{1,24}[更改]名而来|[^;。]*从其规定|(如|若|遇)?有[^,;。]{0,4}(变[更动化]|调整)的?[,]?[^;。]*|[未无没]有?(发生)?(变[更动化]|调整)|办理[^,;。]{0,16}(变更|撤销|注销|补办)的?|按[^,;。]{0,4}(调整|更新)"
    "|动态调整|相应(调整|修改|变[更化])|(变更|注销|撤销|更正|转移|停业|歇业|调整|移交)(登记|申请|许可|备案|安置)|(登记|许可|备案|资格)(变更|撤销|注销)"
    "|(及时|每年|定期|实时|适时)(更新|报送|修改|调整)|修改(版|时间|日期|人)|改版|放管服|不得(?!数)|误差|[无没]有?(重复|错|误|遗漏|缺)|是否[^,;。]{0,8}|[招接对期]待"
    "|[^,;。]{0,20}(请(?!示)[^,;。]{0,16}(填|写|打|注明|勾|选|标)|栏|勾选|填写|填报|打[√勾]|必填|例如)[^,;。]*|^.{0,6}(依据|根据)[:].*|^(合并|整合)[表版后]?$"
)


#: What points at some of the rows, and what is said as one speaks: 红字的几条, …,听中心的.
_POINTS = re.compile(f"[{SIGNS}]|{LOOKS.pattern}|(?<![几多若])[几两三][个条项份]|其中|[那哪怎][边份个里么]|了$|了[,。;]|(?<![类级])的$")
#: What is ordinarily said of rows that stand.
_ORDINARY = re.compile(
    "新增|高频|必填|重点|常用|[公盖印]章|原件|复印|纸质|出具|开具|提供|提交|受理|负责|核[验查对]|查[询验]|共享|获取|承诺|审[核批查定]|确认|异议|公[示布开]|印发|发布|施行|实施|执行|生效"
    "|一式|[份页]$|有效期|[时期]限|工作日|依据|根据|按照?|规定|法规|解释|电话|联系|监督|投诉|来源|统计|截[止至]|填|报送|系统|平台|自动|办[理结]|本人|代办|遗失|补办|共有|核发|颁发|索要|窗口|网上|线上|免费|涉及|适用|单位|保存|内部|表格|说明|[编文]号|版本|密级|[抄主]送|[一二两三]份|个人|法人|企业|\\d张"
)


_SENTENCES = re.compile("[;。]")


@remembered
def may_speak(text: str) -> bool:
    """Whether a text holds anything with which one says what becomes of rows, or points at some and says nothing ordinary of them."""
    plain = clean(fold(text))
    return _MAY_SPEAK.search(_HARMLESS.sub("", of_rows(plain))) is not None or any(map(_points, _SENTENCES.split(plain)))


def _points(sentence: str) -> bool:
    """Whether it points at rows or tells something (what a list is called has no comma), and nothing ordinary."""
    points = "," in sentence or _POINTS.search(sentence) is not None or bool(numbers_in(sentence))
    return points and _HARMLESS.sub("", of_rows(sentence)) == sentence and _ORDINARY.search(sentence) is None


_INSTRUCTS = re.compile("(填[表报写]|使用|编制)?(说明|须知|要求)")


def instructs(text: str) -> bool:
    """True for the title of words that tell how to fill in a table."""
    return _INSTRUCTS.fullmatch(clean(fold(text)).strip(":")) is not None


def shown(text: str) -> str:
    """The text as it is kept: one line, without what names somebody by a number, and no longer than a person reads."""
    line = " ".join(text.split())
    if named_by_number(line):
        return "(已略去)"
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…(共 {len(line)} 字)"


class _Page(NamedTuple):
    """What was passed over on one page: as it is shown, and what of it may speak of the rows; `sheet`: the table at which it is shown."""

    sheet: int
    texts: dict[str, None]
    speaking: dict[str, None]


class Unheard:
    """The texts of one list that were passed over. `says`: whether one says of the list what each of its kind says; `answer`: what a
    person said of one, None: nothing."""

    def __init__(self, says: Callable[[str], bool], answer: Callable[[str], str | None]) -> None:
        self._says, self._answer = says, answer
        self._pages: dict[int, _Page] = {}
        self._heard: set[str] = set()

    def heard(self, *texts: str) -> None:
        """Something came of them, or nothing has to."""
        self._heard.update(texts)

    def passed(self, page: int, sheet: int, texts: Iterable[str]) -> None:
        """They stand on the how many-th page outside of the rows, and nothing came of them."""
        for text in texts:
            if text and text not in self._heard and not is_formal(text) and not self._says(text):
                of_page = self._pages.setdefault(page, _Page(max(sheet, 1), {}, {}))
                if len(of_page.texts) < _MOST:
                    of_page.texts[shown(text)] = None
                if may_speak(text):
                    of_page.speaking[shown(text)] = None

    def tell(self, sheets: list[SheetFound], accepted: Accepted) -> None:
        """The list was read. Until somebody says that none of those that may speak of them does, the rows of the page are not taken, and
        not at all where one does. Of many the first are asked."""
        for number, page in self._pages.items():
            if page.sheet <= len(sheets):
                found = sheets[page.sheet - 1]
                sheets[page.sheet - 1] = replace(found, unheard=(*found.unheard, *page.texts))
            answers = {text: self._answer(text) for text in page.speaking}
            for text in (text for text, said in answers.items() if said not in (None, UNRELATED.code)):
                accepted.send_back(beside(text), accepted.of_page(number))
            if asked := [text for text, said in answers.items() if said is None][:_MOST]:
                questions = tuple(Question(Topic.TEXT, text, _WHY, (UNRELATED,)) for text in asked)
                accepted.ask(questions, accepted.of_page(number))
