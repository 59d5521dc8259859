"""核验方式的句子: what a clause says of how a proof is checked, where it is no name of a method: 通过省电子证照系统查询,
由社区民警入户核实后反馈, 申请人书面承诺即可 (obligations 7.1, 7.3, 7.6).

A clause is understood as a whole or not at all. One that denies anything is not: 无法共享的 says when a method is used, 不再共享 that none
is; nor is one that speaks of two methods.
"""

from __future__ import annotations

import re

from domain.methods import Method

_LONGEST = 40  #: characters of a clause; each of its parts can be taken apart in few ways
_BY = (
    "(?:通过|利用|依托|使用|运用|借助|经|由|在|从|以|用|登录|进行|实行|实施|采用|采取|优先|首先|直接|先|再|可|应当?|主要|一般|实时|自动|后台|统一"
    "|办理时)*"
)
_HOW = "(?:进行|予以|实时|自动|在线|联网|网上|线上|直接|后台|自行|即时|统一|协同)*"
_LOOKS = "(?:查询|核验|核查|核实|比对|调取|调用|获取|共享|校验|验证|查验|查证|检索|读取|核对|查看|识别|推送|交换|扫描)"
_WHAT = "(?:有关|相关|其|该|申请人|的)*(?:[\u4e00-\u9fff]{0,6}?(?:信息|结果|数据|情况|证照|记录|内容|材料|档案))?"
_DONE = "(?:后|并)?(?:即可|获取|获得|得到|反馈|办理|方式|途径|的方式|自动反馈|结果反馈|确认)*"
_SHARED = "(?:数据|信息|电子证照|证照|大数据|电子档案|部门数据|部门信息|电子)"
_THE_APPLICANT = "(?:申请人|当事人|办事群众|群众|企业|办事人|申请者|申报人|本人|个人|市民)"
_NOT_OURS = "申请人|当事人|群众|本人|自行|承诺"
#: Where it is looked up: 省电子证照系统, 全国婚姻登记信息库.
_PLACE = (
    f"(?:(?!{_NOT_OURS}|协查|函|部门核|[局委厅办]核)[\u4e00-\u9fffA-Za-z]){{0,24}}?"
    "(?:系统|平台|库|官网|专网|政务网|一张网|接口|一网通办|爱山东)"
)
#: With whom it is shared: the other office.
_WITH = f"(?:与|同|跟|向)?(?:(?!{_NOT_OURS}|协查|函|核)[\u4e00-\u9fff]){{0,12}}?(?:的|之间|间)?"
#: Another office than the one that asks.
_OFFICE = (
    f"(?:(?!{_NOT_OURS}|本局|我局|本单位|我单位|窗口|共享|平台|系统|证照|比对|联网|网上|在线|库)[\u4e00-\u9fff]){{0,14}}?"
    "(?:局|委|厅|院|所|站|街道|镇街|街镇|办事处|镇|乡|村|社区|村(?:民委员|居委|委)?会|居(?:民委员|委)会|大队|中心|馆|残联|妇联|工会|部门|单位|机关|民警|网格员)"
)
_TO = (
    "(?:通过|利用|经|由|在|从|以|进行|实行|采用|采取|优先|首先|直接|先|再|可|应当?|主要|一般|统一|请|向|商|与|委托|联系|提请|函请|发函|致函"
    "|转|交)*"
)
_ASKS = "(?:发函|函询|致函|电话|书面|去函|函|公函|协助|协同|配合|入户|实地|现场|上门|负责|人工|线下|走访|系统|逐级|统一|直接|进行|予以)*"
_ANSWERS = "(?:查档|核实|核查|核验|协查|查证|查实|确认|调查|函询|函证|询问|查询|查核|证实|复核)"
_BACK = "(?:后|并)?(?:反馈|回复|函复|答复|复函|告知|出具|提供|办理|确认|即可|方式|书面|结果|意见|情况|核查|核验)*"
_CALLS = "(?:电话|发函|书面|公函|致函|去函|函件|部门间?|工作联系函){1,2}(?:协助|协同|进行|方式)*"
_PROMISES = (
    "(?:自行|自愿|书面|签署|签订|提交|提供|出具|填写|作出|做出|签字|个人|诚信|信用|在线|现场|实行|采用|进行|相关|告知)*承诺(?:书|制|函)?"
    "(?:的?方式|办理|(?:代替|替代)(?:该|此|相关)?(?:证明|材料)*|即可|进行|承诺)*"
)
_FORMS = tuple(
    (re.compile(form), method)
    for form, method in (
        (f"{_BY}凭?{_THE_APPLICANT}?{_PROMISES}", Method.COMMITMENT),
        (f"{_BY}{_PLACE}{_HOW}{_LOOKS}{{1,2}}{_WHAT}{_DONE}", Method.DATA_SHARING),  # 市级数据共享平台调用
        (f"{_BY}{_PLACE}", Method.DATA_SHARING),
        (f"{_BY}{_LOOKS}{_PLACE}(?:中|里|内)?的?{_WHAT}{_DONE}", Method.DATA_SHARING),  # 查询全国婚姻登记系统
        (f"{_BY}(?:{_PLACE})?{_HOW}{_LOOKS}(?:有关|相关)?电子证照(?:信息|数据)?{_DONE}", Method.DATA_SHARING),
        (f"{_BY}{_WITH}{_HOW}{_SHARED}(?:信息|数据)?{_HOW}{_LOOKS}{{1,2}}{_WHAT}{_DONE}", Method.DATA_SHARING),
        (f"{_BY}(?:网上|在线|线上|联网|系统|后台|自动|网络|智能|批量|接口){{1,2}}{_HOW}{_LOOKS}{{1,2}}{_WHAT}{_DONE}", Method.DATA_SHARING),
        (f"{_TO}{_OFFICE}(?:间|之间)?{_ASKS}{_ANSWERS}{{1,2}}{_WHAT}{_BACK}", Method.ISSUER),  # 向民政局发函核实
        (f"{_BY}{_CALLS}{_ANSWERS}{{1,2}}{_WHAT}{_BACK}", Method.ISSUER),  # 电话核实
    )
)
#: Not so, not yet, or no more.
_DENIES = re.compile(
    "[不未无免非停撤废暂缓禁拒勿删拟待将]|取消|除外|替换|改为|转为|另行|去掉|合并|划转|下放|上收|移交|计划|争取|逐步|推进|准备|建议|原则"
)
_FAILS = f"(?:无法|不能|未能|查不到|查询不到|未查到|查无|没有|未|不){_LOOKS}*(?:到|成功|通过)?(?:数据|信息|结果|记录|证照)*"
#: When the next one is used: 数据共享查不到时, 无法共享的.
_WHEN = re.compile(
    f"(?:如|若|对|对于|经|当)?(?:通过)?(?:{_SHARED}|系统|平台|网上|在线|联网|{_LOOKS})*{_FAILS}(?:的|时|者|后|的情况下)+(?:则|可|由|再|转)*"
    "|(?:必要|特殊情况|确有必要|有疑义|有疑问|有异议|存疑|信息不一致|不一致)(?:时|的|下)"
)
#: What is done afterwards, whatever the way by which the proof is got.
_AFTER = re.compile(
    "(?:加强|实行|实施|开展|进行|辅以|并)*(?:事中|事后|日常|定期|不定期|随机|双随机)+(?:进行|开展|加强|的)*(?:抽查|核查|监管|检查|比对|监督|核实"
    "|核验|稽查|抽检)+"
)
_OF_WHOM = re.compile(f"{_BY}(?:向|与|和|请)?(?:{_PLACE}|{_OFFICE})(?:发函|协助|反馈)?")


def by_words(text: str) -> Method | None:
    """The method that a clause speaks of; None: nobody understands it."""
    return next((method for form, method in _FORMS if form.fullmatch(text)), None) if _may_be(text) else None


def _may_be(text: str) -> bool:
    return 1 < len(text) <= _LONGEST and _DENIES.search(text) is None


def without_when(text: str) -> str:
    """The clause without the words that say when its method is used; empty where it says nothing else."""
    found = _WHEN.match(text) if len(text) <= _LONGEST else None
    return text[found.end() :] if found else text


def is_afterwards(text: str) -> bool:
    """True for a clause that only says that somebody looks at it later: 事后核查."""
    return len(text) <= _LONGEST and _AFTER.fullmatch(text) is not None


def is_place(text: str) -> bool:
    """True for whom or what is asked: 省平台, 向光明路街道发函."""
    return _may_be(text) and _OF_WHOM.fullmatch(text) is not None
