"""表名、标题、小标题的去向: what they say of all rows under them in words in which a remark says it of one: 作废, 上收市级的事项,
清单(旧版), 免于提交的证明. Such rows are asked, unless something nearer says the same (obligations 2.1, 5.1).
"""

from __future__ import annotations

import re
from enum import Enum

from catalog.cleaning import clean
from catalog.numbering import without_number
from catalog.remembering import remembered
from catalog.row_remarks import leaves
from catalog.standing import PARTS, cancels
from domain.spelling import fold


class Doubt(Enum):
    """What a text over rows leaves open. GONE: that they still stand, or whose they are; VOID: that they are meant at all."""

    GONE = 1
    VOID = 2


_NOUNS = "证明|材料|事项|清单|目录|名单|名录|台账|明细|汇总|一览|表|业务|项目|条目|部分"
#: Whose and of when, in front; a text that says where its rows went has no such.
_LEAD = re.compile(
    f"^([^放收转交归至到由]{{0,14}}?([区县](?!级)|局|委(?!托)|厅|人民政府|街道(办事处)?))?(\\d{{2,4}}年?度?版?)?({_NOUNS}|的)*"
)
#: Which of several of the name: 作废1, 2作废.
_EDGES = re.compile("^[\\d_ -]+(?!\\d|年)|[_ -]+$")
_ANNEX = re.compile("^附[件表]?\\d*[:、. ]")
_TAIL = re.compile(f"(的|类|后|等|中|所需|(?<!不)涉及|{_NOUNS}|[\\d_ -])*$")
_LONGEST = 14  #: characters of what says nothing else
_NOT_BROUGHT = re.compile(
    "(免(予|于|除|去)?(再|重复)?|(无需|无须|不需要?|不用|不必|不再)(再)?(单独|另行|重复)?(要求|索要)?(申请人|当事人|办事群众|群众|企业|办事人)?)"
    "(提交|提供|出具|交)"
)
_TO_WHOM = "[\u4e00-\u9fff]{0,10}(局|委|厅|办|院|所|中心|部门|单位|机关|大队|公司|街道|镇街?|乡镇?|[省市上]级|[省市]直)"
_GONE = re.compile(
    "(已|已经|拟|应|现|待|暂|暂时|全部)*(弃用|禁用|取缔|清除|清退|淘汰|无效|无用|没用|关停|停办|下线|撤下|归并|移走|划走|转走|移交|转交|剥离|划转|划出|上划"
    "|下放|上收|整合归并|合并归并|[停终中]止(实施|办理|执行|使用|受理)?)(了|的)?|(已|已经|拟|待)(合并|并入|整合)|已(废|撤|删|停)|(此件)?作废(稿|表|件)?|废(稿|表|件)|(错误|有误)(数据)?"
    "|(试点|试行|执行|有效|实施)?期(限)?(已)?(满|过)(了|的)?"
    "|(暂)?不(再)?(由(我|本)(局|区|单位|部门|镇|街道))?(实施|办理|受理|承办|开展|列入|纳入|使用|执行|公布|公开)(了|的|清单|目录)?(管理|范围)?"
    "|不(需?要|用|需)了?|(无|没有)(此|该)(项)?|(本|我)(单位|部门|局|区|镇|街道)[已现]?(不|未|无)(再)?(办理|实施|涉及|开展|承办)?|无(需)?证明"
    f"|[已拟将现]?(上划|移交|转交|划给|交由|改由|转由|转给?|归口|移送)(?!我|本){_TO_WHOM}(统一|负责)?(办理|实施|管理|承办|负责)?"
    "|由?(国家|省|市|上级)(级|直)?(部门|单位|机关)?(统一|直接|负责|组织)*(实施|办理|承担|承接|承办|行使|管理)"
    "|由?(镇街|街镇|街道|乡镇|镇)(级)?(部门|单位|办事处)?(统一|直接|负责|组织)*(实施|承担|承接|行使)"
)
_VOID = re.compile(
    "[已均]?被.{1,10}(替代|取代|代替)|(供?内部|仅供)+(讨论|征求意见)(稿|使用|用)?|(讨论|征求意见|草|初|未定|过程)稿|草案|"
    "(\\d{2,4}年?)?((已|被)*(旧|老|过期|过时|历史|往年|以前|之前|去年|早期|被替换|被替代)|上一?(年度?|版))的?(版本?|稿|数据|存档|归档|遗留|资料|文件)?"
    "|(其[他它]|外|兄弟|别的)(区县|[省市区县地])(的)?(参考|案例|清单)?|(资料)?参考(资料)?|借鉴|(填报?|填写|填表|录入)?(示例|样例|范例|例子|举例|示范)(数据)?"
)


@remembered
def doubt(text: str) -> Doubt | None:
    """Of one that says nothing of 取消 and 保留 that is understood."""
    for part in _parts(text):
        if _VOID.fullmatch(part):
            return Doubt.VOID
        if (core := _core(part)) and len(core) <= _LONGEST:
            if _VOID.fullmatch(core):
                return Doubt.VOID
            if _GONE.fullmatch(core) or _NOT_BROUGHT.fullmatch(core) or leaves(core) or cancels(core):
                return Doubt.GONE
    return None


_DECIDES = re.compile("取消|保留|废止|停止|不再|不予|承诺|替代|代替")


@remembered
def moves(text: str) -> bool:
    """True for a text that speaks of what becomes of its rows and says of none that it is kept or given up: 划转至审批局."""
    return _DECIDES.search(text) is None and any(len(core := _core(part)) <= _LONGEST and leaves(core) for part in _parts(text))


#: A negative list says so of all that it holds.
_FORBIDS = re.compile("[出开]具|提交|提供|交|减少|不再|不[应得予]|索要")


def forbids(text: str) -> bool:
    """Whether a text of such a list says that nobody issues or asks for what it holds."""
    return _FORBIDS.search(text) is not None


def doubt_of_negatives(text: str) -> Doubt | None:
    """The same as `doubt` in a list of what nobody may issue."""
    return None if forbids(text) else doubt(text)


def doubt_of_commitments(text: str) -> Doubt | None:
    """The same in a list of 告知承诺, where 调整为告知承诺 says what the list is."""
    return None if "承诺" in text else doubt(text)


@remembered
def is_not_brought(text: str) -> bool:
    """True for 免于提交的证明: given up, or got by the office, which a row says that names its way to get it."""
    return any(_NOT_BROUGHT.fullmatch(_core(part)) for part in _parts(text))


def _parts(text: str) -> list[str]:
    plain = clean(folded := fold(text)) or folded.strip()  # 待定 says nothing in a cell
    plain = _ANNEX.sub("", plain)
    return PARTS.split(_EDGES.sub("", without_number(plain) or plain).strip(":。"))


def _core(text: str) -> str:
    """What is said of the rows, without what they are and whose."""
    bare = _LEAD.sub("", text, count=1)
    return _TAIL.sub("", bare)
