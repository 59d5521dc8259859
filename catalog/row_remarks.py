"""备注里的去向: what a remark says of its row that gives nothing up by name, and yet leaves nobody sure that the row stands: it is somebody
else's by now (已下放, 划转至市级), another row's (与第2项重复), nobody's here (本单位无此事项), or undecided (obligation 5.1).
"""

from __future__ import annotations

import re

from catalog.cleaning import clean
from catalog.remembering import remembered
from catalog.standing import PARTS
from domain.spelling import fold

_US = "(我|本)(局|委|办|区|县|院|站|所|单位|部门|中心|街道|镇|乡)"
_ROW = "(第|序号|编号)\\d{1,5}[项条行号]?"
_GOES = (
    f"(划转|划归|上收|转至|转到|转给|移至|(划拨|移交|转交|收回)(?=至|到|给|省|市|区|镇|街|上级)|(?<!后)(移交|转交|收回)$)(?!.{{0,3}}{_US})|剥离|划出"
    "|(已|拟|将|现|全部|委托|^)下放(?!事项|权|的|我|本)|下放(至|到|给|镇|街|乡|村|社区|园区)(?!.{0,2}[区县]级?$)"
)
#: Who got it from another one has it: 由区民政局划转, 承接市级下放.
_COMES = re.compile(
    "^(自|由|从|承接|接收)[^,;。]{0,20}(划转|划归|移交|上收|下放|划出|剥离)(过?来|而来|事项)?$|^(国家|省|市|上级)[^,;。]{0,4}下放"
)
_SAME = (
    f"(与|和|同|跟){_ROW}(中?的)?(内容)?(重复|相同|一致|合并|同$|$)|(见|入|到|至|为){_ROW}|(?<![免止不得需])重复(项|事项|填报|列入|报送|了)?$"
    "|(归并|整合|并|归|纳|合)(入|到|至|为)第?\\d"
)
_NOT_HERE = (
    f"(不属于?|不是|非){_US}|{_US}(暂|现|已)?(无|没有|未|不)(此|该|这|开展|涉及|办理|承办|实施)|(无|没有)(此|该|这)(项|类|个|事项|业务|证明|职能|职权)"
    "|(已|现|目前)?不(再)?(办理|受理|承办|开展)(该|此|本)?(项|业务|事项)?$"
)
_REMARK = re.compile("|".join((_GOES, _SAME, _NOT_HERE)))
#: What says nothing else.
_WHOLE = re.compile(
    "不涉及|不适用|未开展|暂未开展|无此项|去[掉除]?|移[除出]|剔[除出]|划[掉去]|不要了?|不用了?|撤回|搁置|作罢|已?过期|(暂|拟)?不(列|纳)入(清单|目录)?"
    "|已?调出(清单|目录)?|(事项|职权|业务)?(已|拟|现)?注销|已整合|暂缓(执行|实施)?|待定|待研究|待确认|待核实|待明确|未定|存疑|(已|拟|现)?(改|转)(由|用|成)(?!.*[出开]具).{1,20}|改告知承诺制?"
    "|(拟|建议|待|应|将)(予以)?清理|于法无据|(无|没有)(法律法规|法律|法规|设定|政策)?依据|[^,;。]{0,12}清零|(执行|实施|使用|保留)[至到]\\d{4}年.{0,8}"
)
#: 由市级实施, 省级统一办理: whoever is above it does it.
_ABOVE = re.compile(
    "(现|已|改|拟|统一|全部|事项|应)*由?(国家|省|市|上级)(级|局|厅|直(部门|单位)?|里|本级|主管部门)?(统一|直接|集中|负责|组织)*"
    "(实施|行使|办理|承办|审批|审核|管理)(的?(事项|权限|职权))?|(现|已|改|拟|全部|事项)*由?(镇街|街道|乡镇|镇|街镇|园区)(级|办事处)?(统一|直接|负责|组织)*(实施|行使)(的?事项)?"
)
_CLEAR = re.compile(f"承接|委托|{_US}|区[县]?级|[区县]局|初审")
#: Names of columns in which remarks stand.
_OF_REMARKS = re.compile("备注|附注|说明|变动|变化|动态|状态|现状|调整情况|存在问题|^其他$|^其它$")


def holds_remarks(name: str) -> bool:
    """True for a column of this name, and for one without."""
    return not name or _OF_REMARKS.search(name) is not None


@remembered
def leaves(text: str) -> bool:
    """Whether a remark leaves nobody sure that its row stands, or whose it is."""
    plain = clean(fold(text)) or text.strip()
    is_clear = _CLEAR.search(plain) is not None
    for part in PARTS.split(plain):
        if not is_clear and _ABOVE.fullmatch(part):
            return True
        if part and not _COMES.search(part) and (_WHOLE.fullmatch(part) or _REMARK.search(part)):
            return True
    return False
