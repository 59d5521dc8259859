"""取消或保留: what words say of a proof that is kept or given up: in a row's own cell, in a heading, in the name of a column or a sheet, in
a title, in a remark (obligations 2.1, 5.4).

A saying is known as a whole or not at all: 取消学籍 gives up no proof, 暂缓取消 and 自2025年起取消 do not say what holds. What speaks of it
and is not known is OPEN, and whoever relies on it asks its sender.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from enum import StrEnum

from catalog.amounts import NotUnderstood
from catalog.cleaning import clean, without_references
from catalog.numbering import PART
from catalog.remembering import remembered
from catalog.said_aside import of_the_list, of_the_proof
from catalog.values import methods
from domain.spelling import fold


class Standing(StrEnum):
    """What a list says becomes of a proof."""

    KEPT = "kept"
    CANCELLED = "cancelled"
    OPEN = "open"  #: it speaks of that, and nobody knows which

    @property
    def label(self) -> str:
        return {"kept": "保留", "cancelled": "取消", "open": "未写明"}[self.value]

    @property
    def contrary(self) -> Standing:
        return {Standing.KEPT: Standing.CANCELLED, Standing.CANCELLED: Standing.KEPT}.get(self, self)


_WHO = "(申请人|当事人|办事群众|群众|企业|办事人)?"
_GIVEN_UP = (
    "取消(保留|执行|索要)?|废止|废除|不保留|停止(执行|使用|实施|索要)|停用|删除|撤销|失效|作废|清理掉"
    f"|(不再|不予)(保留|执行|使用|索要|收取|提交|提供|(向{_WHO})?(索要|收取)|要求{_WHO}(提交|提供|出具|开具)?)"
    f"|(无需|不需要?|不用|无须|不必)(再)?{_WHO}(提交|提供)"
)
_NOT_GIVEN_UP = "(不|不予|暂不|不再|未|并未|尚未|不得)(取消|废止|停止执行)"
_HELD = f"{_NOT_GIVEN_UP}|(暂时)?保留|沿用|继续(执行|有效|实施|使用|保留)|维持"
#: Here and below nothing stands beside a part of itself (证明 and 事项, not 证明事项 too): each text is taken apart in one way only, where
#: a text of forty characters could else be in a million.
_HOW = "(拟|建议|决定|予以?|应当?|已|经|现|全部|全面|直接|一律|同意|继续|确需|均|可以?|清理后?|依法|依规)*"
_WHAT = "(该|此|本)?(项|条|证明|事项|材料)*(的证明)?"
#: A cell or a remark that says nothing else.
_CELLS = ((re.compile(f"{_HOW}({_HELD}){_WHAT}"), Standing.KEPT), (re.compile(f"{_HOW}({_GIVEN_UP}){_WHAT}"), Standing.CANCELLED))
PARTS = re.compile("[()\uff08\uff09\u3010\u3011,\uff0c;\uff1b\u3002.、/\n ]+|[并且但](?=实行|采用|采取|适用|通过)")
#: What makes of a reason beside it a condition, a date or another decision.
_DOUBT = re.compile(
    "[不未非暂缓待或除但仅只若如改转换替代调并合停前后起至期年月日]|部分|原则|逐步|研究|条件|承诺|共享|核验|核查|协查|查验|查询|整合|取消|保留|废止|撤"
)


_LONGEST = 200  #: characters of what says it; a longer text tells something else besides


@remembered
def in_cell(text: str) -> Standing | None:
    """清理意见, 取消或保留: 保留(不取消) keeps, 不再保留 cancels. None where it does not say which, or says more: 部分取消."""
    if len(text) > _LONGEST:
        return None
    parts = [part for part in PARTS.split(clean(fold(text))) if part]
    found = set()
    by_method = False
    for part in parts:
        said = next((standing for form, standing in _CELLS if form.fullmatch(part)), None)
        if said is not None:
            found.add(said)
        elif _DOUBT.search(part):
            if not is_method(part):
                return None
            by_method = True
    return found.pop() if len(found) == 1 and not (by_method and found != {Standing.KEPT}) else None


def is_method(part: str) -> bool:
    """保留(实行告知承诺) says how a kept proof is checked; of one that is given up (取消,部门核验) its sender is asked."""
    try:
        return bool(methods(part))
    except NotUnderstood:
        return False


#: Whose, of when, by what: what stands before the word in a title.
_LEAD = re.compile(
    ".{0,40}([省市区县镇乡村]|街道|社区|[局委厅部办院]|中心|政府|公司|部门|单位|机关|我局|本级|\\d年度?|[一二三四五六七八九十\\d]批|首批|关于|公布|印发|发布|公开|决定"
    "|同意|建议|证明|材料|事项|项目|设定|出具|类|(以下|下列)(均?[为是])?)|"
)
_OF_WHAT = (
    "(以下|下列|一批|部分|首批|第[一二三四五六七八九十\\d]+批|\\d+[项个]|有关|相关|各类|各种|[省市区县]级?|本级|地方|自行设定"
    "|由((?!由|设定|出具|开具)[^,。]){2,12}(设定|出具|开具)|需|应|要求)*"
)
_WHOSE = "(人民|政府|部门|单位|规章|文件|规范性文件|设定|的|类|行政|许可|审批|权力|职权|公共|政务|服务|涉企|便民|办事|群众|企业|申请人)*"
_NOUNS = "(证明|事项|材料|文件|清单|目录|名单|名录|台账|明细|一览|汇总|表|部分|名称|通知|决定|公告|通告|公示|结果|情况|类|的)*"
_TAIL = f"(的|类)?{_OF_WHAT}{_WHOSE}{_NOUNS}"
#: The words that no heading has for another reason, and those that stand in names of matters too (撤销登记) and count alone only.
_STRONG = (
    f"取消|废止|废除|停止执行|停止使用|不再(?:保留|执行|索要|收取|要求(?:{_WHO}(?:提交|提供|出具|开具))?|提交|提供)"
    "|不予(?:保留|索要)|无需(?:提交|提供)"
)
_TITLES = (
    (re.compile(f"(?P<lead>.*?){_HOW}({_HELD}){_TAIL}"), Standing.KEPT),
    (re.compile(f"(?P<lead>.*?){_HOW}({_STRONG}){_TAIL}"), Standing.CANCELLED),
    (re.compile(f"(?P<lead>){_HOW}({_GIVEN_UP}){_TAIL}"), Standing.CANCELLED),
)
_NAMES_PAPER = "(的|类|后)?(证明|材料|事项|清单|目录|名单|部分)"
#: What speaks of it wherever it stands in a heading.
_SPEAKS = re.compile(
    f"{_STRONG}|保留(?!原因|理由|依据|期限)|沿用|暂停|暂缓|(撤销|删除|失效|停用|作废|合并|整合|调整|替代|代替|精简|清理|规范){_NAMES_PAPER}"
    f"|清理(结果|意见|情况|台账|工作台账)|(改|转|调整|合并|变更)(为|至|到|入|由)|由.{{1,20}}(替代|代替)|(不得|不应|不准|严禁|禁止).{{0,16}}(要求|索要|收取|出具|开具)"
    f"|减少(的|证明)|待(进一步)?(定|研究|明确|商榷|议|确认|核实)|取缔|清零|退出|剔除|移出|压减|淘汰|不(再|予)(出具|开具)|不需要?{_WHO}(提交|提供)"
)
#: What stands in names of columns and says nothing of the rows: 取消后的办理方式.
_NEUTRAL = re.compile("取消后(的)?(办理|替代|核验|实现|处理)?(方式|途径|措施|渠道|办法|手段)|动态调整|调整后|保留(原因|理由|依据|期限)")
_NUMBER = re.compile(
    "(附表|附件?|表)\\s*[一二三四五六七八九十\\d]*[:.、]?"
    f"|{PART}[:、]?"
    "|[(]?[一二三四五六七八九十\\d]+[)、.][)、.]?"
    "|X?(I{1,3}|I?V|VI{0,3}|I?X)[)、.:]?|[A-H][)、.:]"
)
_MARKS = re.compile('^[^\\w(\u3010\\[\u3014{\u300a\u201c"]+')  #: ▲, ※, —— in front of a heading


_BRACKETED = re.compile("[(\u3010\\[\u3014{][^)\u3011\\]\u3015}]*[)\u3011\\]\u3015}]")
#: Given up, or got by the office itself: this list is of the latter.
#: By what a list was made says nothing of what it holds: 依据:《国务院关于取消一批行政许可事项的决定》.
_BASIS = re.compile(
    "^.{0,6}(依据|根据)[:\uff1a].*|(依据|根据|按照|依照|参照|遵照|贯彻|落实|执行)[:]?(《[^》]*》([(][^)]*[)])?[、和及]?)+(的?(要求|规定|精神))?[,]?"
)
_NOT_BROUGHT = re.compile("(无需|无须|不需要?|不用|不必).{0,6}(提交|提供)")
_WHEN = re.compile("[\\d年月].{0,6}[起前后止]")
#: What the list does not hold: 保留的证明事项清单(同时取消12项).
_ELSEWHERE = re.compile("(同时|另|另外|其余)(保留|取消|废止)(证明|事项|材料)*\\d+[项个件条]")
#: What is thought of for later, or would be possible: 下一批拟取消, 可不再提供.
_PLANNED = re.compile(
    "下一?(批|步|阶段|轮|年|次|期|季度|个?月)|后续|将来|今后|以后|明年|来年|次年|计划|准备|预备|打算|考虑|争取|可(以|能)?(取消|废|停|不|无)"
)
_LIST_OVER = re.compile("停止(使用|执行)|停用|废止|作废|失效")
#: 停止使用证明清单 may be the list that nobody is to use, 作废部分 rows that nobody is to read; 已停用的证明清单 lists such proofs.
_OF_THE_LIST = re.compile(
    "(?<!已)(停止使用|停止执行|停用|废止|作废|失效)((证明|材料|事项)+|的)(清单|目录|名单|名录|台账|一览表|表)$"
    "|(停止使用|停用|作废|失效|删除|撤销)的?(部分|类|项|项目)$"
)
_RESULT = re.compile("清理(结果|意见|情况|台账|工作台账)?")


#: 三、调整, 合并类: the same as 调整的证明事项. 变更 alone is a matter, too, and a sheet 合并 holds what was put together.
_ALTERED = re.compile(
    f"({_NUMBER.pattern})?(拟|予以|需|已|建议)*((调整|更名|精简)(类|部分|项|情况)?|(合并|整合)(类|项)|(更名|改名|名称变更)的(证明|材料|事项)+)|({_NUMBER.pattern})(合并|整合)"
)


@remembered
def in_heading(text: str) -> Standing | None:
    """The name of a sheet or a column, a heading between the rows, a title: 二、取消的证明事项. OPEN where it speaks of that and does not
    say which (保留和取消的证明事项), None where it does not."""
    whole = _MARKS.sub("", _NEUTRAL.sub("", _BASIS.sub("", clean(fold(text))))).rstrip(":;。,、")
    if not _SPEAKS.search(whole):
        return Standing.OPEN if _ALTERED.fullmatch(_BRACKETED.sub("", whole)) else None
    if len(whole) > _LONGEST or _NOT_BROUGHT.search(whole):
        return Standing.OPEN
    plain = re.sub('[《》“”"「」 ]', "", _BRACKETED.sub("", whole))
    plain = _NUMBER.sub("", plain, count=1) if _NUMBER.match(plain) else plain
    found = set()
    for form, standing in _TITLES:
        if (match := form.fullmatch(plain)) and _LEAD.fullmatch(match["lead"]) and not _SPEAKS.search(match["lead"]):
            found.add(standing)
    remarks = [remark for remark in _BRACKETED.findall(whole) if not _ELSEWHERE.fullmatch(remark[1:-1])]
    if found == {Standing.CANCELLED} and (_PLANNED.search(plain) or _OF_THE_LIST.search(plain)):
        return Standing.OPEN
    if not found and not _SPEAKS.search(_RESULT.sub("", plain)):  # 【取消】, 证明事项清理结果(保留)
        found = {said for remark in remarks if (said := _in_brackets(remark)) is not None}
        if found == {Standing.CANCELLED} and _LIST_OVER.search("".join(remarks)):
            return Standing.OPEN  # 证明事项清单(已停止使用): the list, for all that is known
    for remark in remarks:
        if (_SPEAKS.search(remark) and _in_brackets(remark) not in found) or (_WHEN.search(remark) and found != {Standing.KEPT}):
            return Standing.OPEN
    return found.pop() if len(found) == 1 else Standing.OPEN


def _in_brackets(remark: str) -> Standing | None:
    """(取消), (保留部分): what stands behind a title."""
    return in_cell(remark) or in_heading(remark[1:-1])


_NO_COMMITMENT = re.compile(
    "(不|停止|暂停|暂缓|终止|取消|退出|撤销|未|尚未)(再|能|宜|予|可|得|符合|纳入)?(实行|适用|采用|采取|推行|执行|实施)?(了|的)?(证明事项)?告知承诺"
)
#: A remark that says nothing else, in such a list.
_LEFT_OUT = re.compile("(暂不|暂缓|暂未|不再|不|停止|暂停|退出|不宜|不能|未|尚未)(予以?|再)?(实行|适用|采用|采取|推行|执行|实施)")


def of_commitments(text: str) -> Standing | None:
    """The same in a list of 告知承诺, where 调整为告知承诺 says what the list is, and 不实行告知承诺 that nobody knows why it is sent."""
    said = in_heading(text)
    if _NO_COMMITMENT.search(clean(text)):
        return Standing.OPEN
    return None if said is Standing.OPEN and "承诺" in text and not re.search(_STRONG, text) else said


def leaves_commitment(text: str) -> bool:
    """True for a remark in a list of 告知承诺 that takes its row out of it: 不适用告知承诺, 暂不实行."""
    plain = clean(fold(text))
    return _NO_COMMITMENT.search(plain) is not None or any(map(_LEFT_OUT.fullmatch, PARTS.split(plain)))


_LONGEST_TITLE = 60
#: How to fill in the table (取消的请填…), and what a text refers to: neither says what the rows are.
_INSTRUCTION = re.compile("(?<![申提邀聘报])请|栏|填写|填报说明|勾|√|选择|例如|示例")
#: What a notice comes to, whatever it tells before: 经清理,保留2项,取消5项。现将保留的证明事项公布如下:
_PUBLISHED = re.compile("现将(?P<what>[^,;。]{2,40}?)(予以|向社会)?(公布|公示|公告|公开|印发)(如下|于后)?[:。]?$")


def in_title(lines: Sequence[str], hears: Callable[[str], Standing | None] = in_heading) -> Standing | None:
    """What stands over the header, line by line: titles, and of whole sentences only that one of them speaks of what is given up. Of
    two that decide, none does; else the one nearest to the table."""
    titles: list[Standing] = []
    spoken = False
    for line in lines:
        plain = of_the_list(clean(fold(line)))
        if _INSTRUCTION.search(plain):
            continue
        if (published := _PUBLISHED.search(plain)) and (said := hears(published["what"])) is not None:
            titles.append(said)
            continue
        if len(plain) <= _LONGEST_TITLE and not plain.endswith("。"):
            if (said := hears(plain)) is not None:
                titles.append(said)
        elif re.search(_STRONG, without_references(plain)):
            spoken = True
    if {Standing.KEPT, Standing.CANCELLED} <= set(titles):
        return Standing.OPEN
    return titles[-1] if titles else Standing.OPEN if spoken else None


_REMARK = re.compile(
    "取消|废止|废除|已清理|停止(执行|使用|实施|索要|办理)|停办|不再(保留|执行|索要|收取|要求|需要|提交|提供|出具)|暂停|并入|不用(再)?(交|提交|提供|出)|合并(至|到|入|为)|(改|转|调整|变更)为|由.{1,20}(替代|代替)"
)
#: Every saying of it holds one of these.
CANCELLING = "消止停删撤废合改转调变替代并减勿剔失作清不无退移"
_MAY_BE = re.compile("[消止停删撤废合改转调变替代并减勿剔]|失效|作废|清理|不(再|予|保留|需|用|必)|无[需须效]|[退移]出")
#: What says nothing else: 删, 本条作废, 减少.
_STRUCK_OFF = re.compile(
    "(本|该|此|已|拟|应|现|予以|建议)*(条|项|证明|材料|事项)?(已|拟|应|现|予以|建议)*"
    "(删[除去]?|撤销?|停用?|作?废|减少?|核减|调出|移出|剔除|退出|失效|无效|勿用|请勿使用)(该|此|本)?(条|项|证明|材料|事项)?"
)


def may_cancel(text: str) -> bool:
    """False for what `cancels` cannot be true of, whatever stands around it; asked of a whole row at once it costs one look."""
    return _MAY_BE.search(text) is not None


def cancels(text: str) -> bool:
    """True for a remark that says that the row is given up, or to be, or something else in its place: only its sender knows whether
    the row still stands."""
    if not may_cancel(text):
        return False
    plain = _HOLDS.sub("", of_the_proof(clean(fold(text))))
    if _REMARK.search(plain) is not None or in_cell(plain) is Standing.CANCELLED:
        return True
    return len(plain) <= _LONGEST and any(map(_STRUCK_OFF.fullmatch, PARTS.split(plain)))


#: 不宜取消 is no decision, and gives nothing up; nor does 如取消将无法办理, 取消后无法核验.
_HOLDS = re.compile(
    f"{_NOT_GIVEN_UP}|(不能|不宜|不可|不应|不便|无法|难以)(直接|再|予以|全部)*(取消|废止|停止执行)"
    "|(如果?|若|一旦)(予以|直接|全部)?取消[^,;。]*|取消后[^,;。]{0,6}(无法|不能|难以)[^,;。]*"
)
