"""备注里的去向: what a remark says of its row, and a note of those of which it speaks, that gives nothing up by name and yet leaves nobody
sure that they stand: they are somebody else's by now (已下放, 划转至市级), another row's (与第2项重复), nobody's here (本单位无此事项),
a slip (误填), not to be published, nothing that anybody brings (免提交), without a law, or undecided (obligation 5.1).
"""

from __future__ import annotations

import re

from catalog.cleaning import clean
from catalog.remembering import remembered
from catalog.said_aside import of_the_proof
from catalog.standing import PARTS
from domain.spelling import fold

_US = "(我|本)(局|委|办|区|县|院|站|所|单位|部门|中心|街道|镇|乡)"
_ROW = "(第|序号|编号)\\d{1,5}(?![\\d张页次批期季年月版份]|部分)[项条行号]?"
_DONE = "(已|经|现|拟|将|应|全部|均|都|事项|建议|予以|正|在|统一|另行|需|整体|一并)*"
_OFFICE = "[^,;。的在为是或和与、]{0,10}([局委厅办]|部门|单位|中心|政府|街道|办事处|镇|乡|法院|残联|总工会|公司)"
_GOES = (
    f"(划转|划归|上收|转至|转到|转给|移至|(划拨|移交|转交|收回)(?=至|到|给|省|市|区|镇|街|上级)|(?<!后)(移交|转交|收回)$)(?!.{{0,3}}{_US})|剥离|划出|划[给走](?!.{{0,3}}{_US})|(国家|省|市|上级)[^,;。]{{0,6}}收(上去|回去|走)"
    "|(已|拟|将|现|全部|委托|^)下放(?!事项|权|的|我|本)|下放(至|到|给|镇|街|乡|村|社区|园区)(?!.{0,2}[区县]级?$)"
    "|(权限|职权|职责|事权)(已|现)?(不)?(在|归|属于?)(国家|省|市|上级)|非(本|区|县)级?(权限|事权|职权|事项|权力)|[区县]级(无|没有)(此|该)?(权限|职权|事权)"
)
#: Who got it from another one has it: 由区民政局划转, 承接市级下放.
_COMES = re.compile(
    "^(自|由|从|承接|接收)[^,;。]{0,20}(划转|划归|移交|上收|下放|划出|剥离)(过?来|而来|事项)?$|^(国家|省|市|上级)[^,;。]{0,4}下放"
)
_SAME = (
    f"(与|和|同|跟){_ROW}(中?的)?(内容)?(重复|相同|一致|合并|同$|$)|(见|入|到|至|为){_ROW}|(?<![免止不得需无])重复(项|事项|[填申上]?报|列入|报送|录入|了)?$"
    "|(归并|整合|并|归|纳|合)(入|到|至|为)第?\\d|(归并|整合)(入|到|至|进)|^(已|拟|应|建议)*拆分"
)
_NOT_HERE = (
    f"(不属于?|不是|非){_US}|{_US}(暂|现|已)?(无|没有|未|不)(此|该|这|开展|涉及|办理|承办|实施)|(无|没有)(此|该|这)(项|类|个|事项|业务|证明|职能|职权)"
    "|(已|现|目前|我局|本局)?不(再)?(办理|受理|承办|开展)(该|此|本)?(项|业务|事项)?$|^(非|不是|不属于?|不算)证明(事项|材料)?(范围|范畴)?$"
)
#: Nobody knows yet: 待司法局确认, 正在与市局对接, 尚未明确, 有争议.
_DECIDE = "确认|核实|核定|明确|研究|论证|沟通|协调|商榷|商定|商议|审定|审核|答复|批复|复核|定夺|确定"
_UNDECIDED = (
    f"待(?!(审核|复核|审定|核定)(通过|中)?$)[^,;。]{{0,12}}({_DECIDE})(?![时的])|(尚|仍|还)需[^,;。]{{0,8}}({_DECIDE})$"
    "|需(要)?(进一步|再|继续|另行)(研究|论证|明确|商榷|沟通|协调|确认)"
    f"|正在?(与|同|跟|和|向|报|请)[^,;。]{{1,12}}({_DECIDE}|对接|请示)|(尚|还|暂|仍)(未|没有?)(最终|完全)?(确定|明确|定|确认|达成)|未达成一致"
    f"|(提请|报请)[^,;。]{{1,12}}({_DECIDE}|审议|批准)|正在?[^,;。]{{0,6}}征求[^,;。]{{0,6}}意见|征求意见中|暂缓[^,;。]{{0,4}}$"
    "|(有|存在)(争议|异议|分歧|疑问)$|(?<![未无])(收到|提出)[^,;。]{0,12}异议|(意见|口径|说法)不(一致|统一)"
    "|(审核|审查|审定|专班|会审|复核|初审|评估)[^,;。]{0,6}(未|不)(获|予)?(通过|同意)$|不(予)?同意(保留|列入)?$|不建议(保留|列入)"
    "|(被|已)(退回|驳回)$"
)
#: It is there by mistake, or is not to be there.
_SLIP = (
    "^(系|为|属|是|此项|本项|该项|属于)*(笔误|误[填报列录]|错[填报列录]|[多重][报列填]|填错|写错|多余|多报的?)(了|项|事项)?$|^(更正|勘误|订正)(说明)?(:|$)|^(为|系|是)?(旧版?|以前|往年|示例|样例|举例|例子|模板|测试)的?(行|数据|内容|信息)?$|(填报|填写|录入|名称|内容)(有误|错误|不准确?)$"
    "|(^|[请暂拟先不])(请)?(暂|先|建议|拟|予以)*(勿|不|不再|不予|不宜|不用|不要|不应|无需)(要)?(列入|纳入|公布|公开|公示|报送|上报|填报|[报列])(本次)?(此|该|本)?(清单|目录|项)?$"
    "|(请|应|要|予以|建议|拟|将)*(删[除去掉]?|去掉|拿掉|剔除|划掉|[移调撤]出|撤下|减去|取消)了?(此|该|本|这)(一)?行|(此|该|本|这)(一)?行(已|请|予以|应|先)*(作废|删[除去掉]?|去掉|无效|不要|取消|不算)"
)
#: 删去, 与去年相比,减少: given up, and by whoever made the list.
_DROPPED = (
    "^((与|较|比|同)?(上|去|前)一?(年度?|次|批|版|期)(相比)?)?"
    "(请|应|要|予以|建议|已|共)*(删[去掉除]|去掉|拿掉|撤下|减少|核减|调减|删减|剔除|[移调]出)了?(\\d+[项个])?(此|该|本)?(清单|目录|表)?$"
    "|(请|应|要|予以|建议|拟|将)*(删[除去掉]?|去掉|拿掉|剔除|划掉|[移调撤]出|撤下|减去|取消)了?(此|该|本|这)(一)?[条项]"
    "|(此|该|本|这)(一)?[条项](已|请|予以|应|先)*(作废|删[除去掉]?|去掉|无效|不要|取消|不算)"
)
_TAKEN_OUT = re.compile(_DROPPED)
#: The law that asks for it is over, or was never there. What became of 原依据 says nothing: there is another one.
_LAWLESS = (
    "不(再)?作为[^,;。]{0,6}(材料|要件|证明|条件|依据)|(修订|修改|调整|改革|施行|实施)后(不|无)再?(需要?|用|须)(提供|提交)?$|明令禁止|(属于|列入|纳入)了?负面清单"
    "|(仅|只)(适用|限)[^,;。]{0,6}\\d{4}年[^,;。]*前|(仅|只)(收|要|用|查|办|执行|保留|使用|收取|索要)[到至]|打算[^,;。]{0,12}(收|列入|纳入|增加|启用|[执实]行|实施)|(以|之)前(用|收|要)过?的$|"
    f"(?<![原旧据])(设定|法定|法律|政策)?依据(文件|条款|规定)?{_DONE}(被)?(失效|废止|取消|作废|删除|不足|不充分|缺失|不存在|没有了)|(?<!如)(无|没有|未见|未找到|查无|找不到|缺少|缺乏)(相关|直接|明确|上位法?|法律|法规|政策|设定)*依据$"
    "|(法律|法规|规章|新法|新规|上位法|条例|文件|依据|规定)[^,;。]{0,8}(已|现|均)?(无|没有|未|不再|取消了?|删除了?)(此|该|这|作|做|有)?(项|类|条)?(要求|规定)$|(已|现)?(无|没有)(此|该|这)(项|类)?(要求|规定)$"
)
_REMARK = re.compile("|".join((_GOES, _SAME, _NOT_HERE, _UNDECIDED, _SLIP, _DROPPED, _LAWLESS)))
_WHO = "(申请人|当事人|办事群众|群众|企业|办事人|个人|市民)?"
#: What says nothing else.
_WHOLE = re.compile(
    "不涉及|不适用|未开展|暂未开展|无此项|去[掉除]?|移[除出]|剔[除出]|划[掉去]|不要了?|不用了?|撤回|搁置|作罢|已?过期|(暂|拟)?不(列|纳)入(清单|目录)?"
    "|已?调出(清单|目录)?|(事项|职权|业务)?(已|拟|现)?注销|已整合|暂缓(执行|实施)?|待[定核议]|待研究|未定|存疑|(已|拟|现)?(改|转)(由|用|成)(?!.*[出开]具).{1,20}|改告知承诺制?|改(为)?(内部|承诺).{0,6}"
    "|(可以?|现|已|改)?(用|以|凭|使用|持)[^,;。]{1,20}(替代|代替)(了|该证明|即可)?|(机构)?改革后由[^,;。]{1,14}(负责|承担|办理|管理|实施)|由(其|他们|对方)(统一|另行|负责)*([填申]?报|报送|办理|实施|负责)|(拟|建议|待|应|将)(予以)?清理|于法无据|[^,;。]{0,12}清零|(执行|实施|使用|保留)[至到]\\d{4}年.{0,8}"
    f"|(已|现|可|实现|全面|全部|均)*({_WHO}(无需|无须|不需要?|不用|不必|不要求|不再|不|免于?|免予|免除)(再|要求|向)*{_WHO}(提交|提供|交|收取?|索要|出示|携带)(了|该|此|证明|材料|纸质)*|免除)|(已|现|可|实现|全面|全部)+免证"
    f"|{_DONE}(转|移)(交|送)?(至|给|到)?(?!出|入|业|学|让|诊){_OFFICE}(办理|实施|管理|负责)?(?<!移民局)(?<!移民管理局)(?<=.{{4}})"
    f"|(属于?|系|归|是|为)?{_OFFICE}的?(职责|职权|职能|事权|权限)(范围|范畴)?|(应|已|改)?由{_OFFICE}{_DONE}([填申上]?报|报送)|{_OFFICE}(已经?|另行|统一)([填申上]?报|报送|列入)(过|了)?"
    "|(属于?|系|归|是|为)?(国家|省|市|上级)(级|层面|直)?(部门)?的?(权限|权力|事权|职权|职责|层面事项|事项)"
)
#: 由市级实施, 省级统一办理: whoever is above it does it.
_ABOVE = re.compile(
    "(现|已|改|拟|统一|全部|均|都|事项|应|为|是|属)*由?(国家|省|市|上级)(级|局|厅|直(部门|单位)?|部门|里|本级|主管部门)?(统一|直接|集中|负责|组织)*"
    "(实施|行使|办理|承办|审批|审核|管理)(的?(事项|权限|职权))?|(现|已|改|拟|全部|均|都|事项)*由?(镇街|各?街道|各?乡镇|各?镇|街镇|园区)(级|办事处)?(统一|直接|负责|组织)*(实施|行使)(的?事项)?"
)
_CLEAR = re.compile(f"承接|委托|{_US}|区[县]?级|[区县]局|初审")
#: A condition in front of it: 低保户的,无需提供.
_CASE = re.compile("[的时]$|^(如|若|凡|对|仅)")
#: The same wherever it stands in a text: what may be one of these when what it is said of is taken away.
_ANYWHERE = re.compile(
    "|".join(
        (
            re.sub(r"(?<!\[)\^|\$(?=\||$)", "", _REMARK.pattern),
            *(f"({one.pattern})(?=[()（）【】,;。.、/\n]|$)" for one in (_WHOLE, _ABOVE)),
        )
    )
)
_LONGEST = 200  #: characters of a part
#: Names of columns in which remarks stand.
_OF_REMARKS = re.compile("备注|附注|说明|变动|变化|动态|状态|现状|调整(情况|类型|类别|内容|方式|意见|结果|事项)|存在问题|^其他$|^其它$")


def holds_remarks(name: str) -> bool:
    """True for a column of this name, and for one without."""
    return not name or _OF_REMARKS.search(name) is not None


def _parts(plain: str) -> list[str]:
    """What stands between its commas; a part that no remark is as long as would be looked at for seconds."""
    return [part for part in PARTS.split(plain) if len(part) <= _LONGEST]


def may_leave(text: str) -> bool:
    """False for a folded text of which no part can be such a remark."""
    return _ANYWHERE.search(text) is not None


#: What takes back that a proof is given up: 恢复, 仍需提供; 继续保留.
STILL = re.compile("恢复|仍(然|旧)?(需|须|要|应|可)(?!.{0,4}[核查])|确需|继续(索要|收取|要求|提供|提交|使用)")
_TAKEN_BACK = re.compile(
    f"{STILL.pattern}|(?<![不未再原])(?<!不予)(?<!无需)保留(?!意见|期)|沿用|维持|继续(执行|有效|实施)|[不未](予|再|能|宜)?取消"
)
#: What leaves nobody sure, whatever it stands beside: 暂缓取消, 改为告知承诺, 误列.
_DOUBTS = re.compile(
    f"尚未|暂缓|暂不|缓[办行]|(改|转|调整|变更)(为|成)?(实行)?告知承诺(?!书)|不[列纳]入取消|(保留|沿用)[至到]\\d{{4}}年|^(撤回|搁置|作罢|待[定核议]|待研究|未定|存疑)$|{_UNDECIDED}|{_SLIP}"
)


@remembered
def withdraws(text: str) -> bool:
    """Whether a remark beside what is given up leaves nobody sure that it is: 暂缓取消, 待定, 误列."""
    return doubts(text) or _TAKEN_BACK.search(of_the_proof(clean(fold(text)))) is not None


@remembered
def doubts(text: str) -> bool:
    """The same of what is kept or given up: nobody has decided, or it is a slip."""
    return any(map(_DOUBTS.search, _parts(of_the_proof(clean(fold(text)) or text.strip()))))


@remembered
def drops(text: str) -> bool:
    """True for a remark that takes its row out of the list, and says nothing else."""
    return any(map(_TAKEN_OUT.search, _parts(clean(fold(text)))))


@remembered
def leaves(text: str) -> bool:
    """Whether a remark leaves nobody sure that its row stands, or whose it is."""
    plain = clean(fold(text)) or text.strip()
    is_clear = _CLEAR.search(plain) is not None
    before = ""
    for part in _parts(plain):
        if not is_clear and _ABOVE.fullmatch(part):
            return True
        if part and not _COMES.search(part) and not _CASE.search(before) and (_WHOLE.fullmatch(part) or _REMARK.search(part)):
            return True
        before = part
    return False
