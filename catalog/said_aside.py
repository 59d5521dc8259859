"""不说本行去留的话: what a text says of a law, of another list, of what none holds, or of something about a proof (obligations 2.1, 5.1).
Where 取消 and 废止 stand in it they say nothing of the rows: 原《甲办法》已废止, 未列入本清单的一律取消, 有效期改为6个月.
"""

from __future__ import annotations

import re

from catalog.cleaning import without_references

_LONGEST = 1000  #: characters; in a longer text nothing is looked for
_LAW = (
    "《[^》]{0,200}(法|条例|规定|决定|通知|意见|细则|方案|公告|解释|清单|目录|标准|规范|规程|令|批复|函|纪要)([(][^)》]{0,40}[)])?》"
    "([(](?![^)]*(取消|不再|停止索要))[^)]{0,40}[)])?(第[一二三四五六七八九十百零\\d]+[条款项章目号](之[一二三四五六七八九十])?[、和及至]?)*"
)
#: A law that is no longer in force. What was given up by one is another matter: 依据《决定》废止.
_LAW_OVER = re.compile(
    f"((?<![据照由经按以被因行])|原(依据|根据)?){_LAW}(的?规定)?(已|经|均|都|同时|即行|一并|相应|现|被|予以|于|[\\d年月日])*"
    "(废止|失效|停止执行|停止使用|作废|修订|修改)"
)
_CITED = re.compile(f"(依据|根据|按照)?{_LAW}")
#: Where one begins: after a sign, or the number of its item (注:1.… 2.…).
_CLAUSE = r"(?:(?<![^,;。:])|(?<=[,;。:]\d[.、])|(?<=[,;。:][(]\d[)])|(?<=^\d[.、])|(?<=^[(]\d[)]))"
_SAYS = "(取消|废止|停止|不再|不得|不予|失效|作废|删除|保留|可以?(出具|开具))"
#: What no list holds, and what nobody is to ask for.
_NOT_HERE = re.compile(
    f"{_CLAUSE}(凡|对)?(未|没有|不在)(被)?(列入|纳入|收录|本|该|此|清单|目录)[^;。]{{0,60}}?{_SAYS}[^,;。]*"
    f"|{_CLAUSE}除?(以上|上述|上列|前述|本|该|此|列入|清单|目录|表)+(所列|内|中)?的?(证明|事项|材料|情形|\\d+项)*(之外|以外|外)的?,?"
    f"[^;。]{{0,60}}?{_SAYS}[^,;。]*"
    f"|{_CLAUSE}(凡|对)(清单|目录|本表)(之外|以外|外)的?[^,;。]{{0,30}},[^,;。]{{0,20}}(不得|不再|不应|一律|无需)[^,;。]*"
    "|(清单|目录|本表)(之外|以外|外)的?[^,;。]{0,30}"
    "|(不含|不包括|不包含|未包括|未含)[^,;。)]{0,20}(取消|废止)[^,;。)]*"
    "|(不得|不准|严禁|禁止|发现|举报)[^,;。]{0,20}已经?(取消|废止)的?[^,;。]*"
    f"|{_CLAUSE}([^,;。]{{0,20}}批|已经?|此前)(取消|废止)的[^,;。]{{0,20}}((不再|未|不)(列入|列出|纳入)|不得|不准|已?从[^,;。]{{0,8}}(删除|[移剔]除))[^,;。]*"
    f"|{_CLAUSE}(取消|废止)的(证明|事项|材料)*,?(均|一律)?(不再|未|不)(列入|列出|纳入)(本|该)?(清单|目录|表)?[^,;。]{{0,8}}"
    f"|{_CLAUSE}(能够?|可以?)[^,;。]{{0,30}}(获取|核验|核查|查询|共享)的,?(一律|均)?(不再|不得|无需)[^,;。]*"  # how, and not whether
    "|(本|此|该)?(表|清单|目录)[^,;。]{0,6}(已|未|不)(删除|剔除|移除|包含|包括|含|列入)了?[^,;。]{0,20}(取消|废止)的[^,;。]*"
    "|[^,;。]{0,20}(取消|废止)(或|或者|和|及|、)(调整|变更|修改|变化)的,[^;。]*(为准|执行|公布|更新)"
    "|(根据|依据|按照)[^,;。]{0,60}(编制|制定|整理|形成|汇总)(而成)?(?=[,;。]|$)"
    "|(逾期|过期|未按时)[^,;。]{0,12}视为[^,;。]*|[\"'“]?(取消|保留|废止)[\"'”]?是?指[^,;。]*"
    f"|{_CLAUSE}(为了?)?(深入|认真|全面)*(贯彻|落实)+[^,;。]{{0,60}}(部署|要求|精神|安排)(?=,)"
)
_SHOULD_LAW_CHANGE = re.compile(
    f"{_CLAUSE}(如|若|遇)?(有|因)?(法律|法规|规章|政策|国家|上级)[^;。]{{0,40}}(动态|相应|及时|适时|自动)(予以|进行)?(调整|更新|修改|取消)[^,;。]*"
)
_PUBLISHED_APART = re.compile("(取消|废止)的?[^,;。]{0,14}(另附|另行(公布|印发|下发|公告)|另表|另文|另发|见附)[^,;。]*")
#: Of a clause, where it says no more of that.
_REST = "((?!取消|废[止除]|停止|不再|告知承诺|核验|核查|共享|替代|代替)[^,;。])*(?=[,;。]|$)"
#: 有效期改为6个月, 调整为即办件, 取消原件核对, 原依据已废止: of something about the proof, not of the proof.
_ABOUT_IT = re.compile(
    "(有效期限?|期限|时限|名称|部门|单位|机关|机构|依据|份数|格式|样式|样表|模板|表格|电话|地址|地点|类型|登记|户口|姓名|产权|层级|频次)(条款|条文|文号|名称)?"
    f"(由[^,;。]{{1,30}}?)?(已|拟|现|将|统一|相应)*(改|转|调整|变更)为{_REST}"
    f"|(改|转|调整|变更)为(即办件|承诺件|上报件|\\d+(个?(工作)?[日天月年份])){_REST}"
    "|(取消|废止|停止(执行|使用|收取)?|不再(要求|需要|收取|索要|提交|提供|执行|使用)*(提交|提供)?)"
    f"(原件(?=[,;。]|$)|纸质[材证]|原件核对|核对原件|(纸质)?复印件|旧版|旧表|旧格式|旧样式|表格|样表|收费|费用|工本费){_REST}"
    "|(原|旧|此前)[^,;。]{0,10}(依据|文件|办法|规定|条例|通知|表格|版本|版)(已|均|已经|被|现已|同时)*(废止|停止(执行|使用)|取消)(?=[,;。]|$)"
    "|[^,;。]{0,80}除外(?=[,;。]|$)"
)


_ONE = "(第\\s*\\d{1,5}([、,和及至~-]\\d{1,5})*[项条行个号]|(?:(?![取废停删撤不免无])[\u4e00-\u9fff]){2,12}?证明书?)"
#: How some of the papers must look, beside what becomes of others: 第1项需盖章,第2项取消.
_HOW_IT_LOOKS = re.compile(
    f"{_CLAUSE}{_ONE}(均|都)?(需要?|须|应当?|要|必须|可)(由[^,;。]{{2,12}})?(加盖|盖|附|提供|提交|出示|携带|带|有|经|本人|单位|使用|用|出具单位)*"
    "(公章|印章|盖章|签章|签字|签名|骑缝章|原件(及复印件|和复印件)?|复印件|身份证|户口[本簿]|照片|电子版|A4纸|手写)(一式?[一二两三四\\d][份张])?"
    f"(?=[,;。]({_ONE}|其余|其他|[标带])|[;。]?$)"
)


#: Why a list of 告知承诺 is made.
_PROMISED = re.compile("不再(要求|索要|提交|提供|收取)|代替|替代")
_OTHERWISE = re.compile("取消|废止|退出|停止|暂停|[不未](予|再)?(实行|适用|采用|采取|推行|执行|实施)")


def of_the_proof(plain: str) -> str:
    """What a remark says of its row's proof, without what it says of laws and of something about the proof."""
    without = without_references(_CITED.sub("", _LAW_OVER.sub("", plain)))
    return without if len(without) > _LONGEST else _ABOUT_IT.sub("", without)


def of_the_list(plain: str) -> str:
    """What a text over a table says of the list, without what it says of laws that are over and of what no list holds."""
    return plain if len(plain) > _LONGEST else _NOT_HERE.sub("", _LAW_OVER.sub("", plain))


def of_rows(plain: str) -> str:
    """What a text under a table says of its rows."""
    own = _SHOULD_LAW_CHANGE.sub("", _PUBLISHED_APART.sub("", of_the_list(plain)))
    return _HOW_IT_LOOKS.sub("", _ABOUT_IT.sub("", _CITED.sub("", own)))


def is_of_none(plain: str) -> bool:
    """Whether a text speaks of what no list holds, or another one, and of nothing else."""
    others = plain
    for form in (_NOT_HERE, _PUBLISHED_APART, _SHOULD_LAW_CHANGE):
        others = form.sub("", others)
    return len(plain) <= _LONGEST and others != plain and not others.strip(",;。.: ")


def is_promised(plain: str) -> bool:
    """Whether a text says that an applicant's commitment stands in place of the proofs, and nothing else of them."""
    return "承诺" in plain and _PROMISED.search(plain) is not None and _OTHERWISE.search(plain) is None
