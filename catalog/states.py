"""在用状态: what a cell says of its row under 状态, 是否有效, 删除标志: that it is in use or not, in words, by a tick or in a code that the
name of the column explains (状态(1有效0停用)) or does not (obligation 2.1).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum

from catalog import values
from catalog.amounts import NotUnderstood
from catalog.cleaning import clean, without_brackets
from catalog.remembering import remembered
from catalog.row_remarks import leaves
from catalog.standing import cancels
from domain.spelling import fold

_IN_USE = "有效|启用|在用|生效|现行|存续|正常|使用|执行|实施|开展"
_OUT_OF_USE = "删除|作废|停用|失效|取消|废止|注销|撤销|禁用|停止|过期|无效|废弃"
_MARK = "(标志|标识|标记|与否|否)"
#: 是否有效, 启用标志: whoever says no, or nothing among others who say yes, is asked.
_ASKS = re.compile(
    f"((是否|目前|当前|现|已|仍|还|继续|正在)+({_IN_USE})+|({_IN_USE}){_MARK}){_MARK}*|有效|启用|在用|生效|现行|(is)?(valid|enabled?|active|inuse|effective)(flag)?"
    "|是否(还|仍|仍然|继续|需要?|要|应|再)*(索要|执行|有效|实施|使用|收取|提交|提供|要求)(提供|提交|该|此|证明|材料|的)*"
)
#: 删除标志: whoever says yes is asked.
_ASKS_OTHERWISE = re.compile(f"(是否|已)*({_OUT_OF_USE}){_MARK}*|(is)?(deleted?|removed?|disabled|invalid|del)(flag)?")
_STATE = re.compile(
    f"(事项|证明|材料|清单|目录|数据|记录|条目|业务|目前|当前|基本|运行|{_IN_USE}|{_OUT_OF_USE})*的?(状态|现状|标志|标识|标记|有效性)(码|代码|值|位)?|state|status|flag|stat"
)
_STANDS = re.compile(
    f"(已|正在|正|继续|现|均|可)*({_IN_USE}|保留|发布|公布|上线|开通|激活|可用|运行|办理|新增)(中|的|状态)?|在办|valid|active|enabled?|normal|ok"
)
_OFF = re.compile(
    f"(已|被|暂时?|拟|现)*({_OUT_OF_USE}|撤销.{{1,3}}|取消.{{1,3}}|冻结|锁定|下线|关闭|停办|挂起|终止|中止|暂停|屏蔽|隐藏|下架|撤下|封存)(中|的|状态)?"
    f"|(暂|尚)?(未|不|非|不再)({_IN_USE}|在用|开通|可用|适用|办理|上线|激活)|invalid|inactive|disabled|deleted|removed|expired"
)
_CODE = re.compile("[0-9]{1,2}|[A-Za-z]{1,2}|yes|no|true|false|[√✓✔☑✅×✗✘☒☐□]|是|否|有|无|对|错|可|不可", re.I)
#: 1-在用: a code and what it means.
_EXPLAINED = re.compile("[0-9A-Za-z]{1,2}[-:—.、=](?=[\u4e00-\u9fff])")
#: What is marked with under 标识 a note explains; under 状态 it is a code.
_SIGNS = re.compile("[●○■□★☆▲△◆◇◎]")
#: 1有效0停用, 1:在用;0:作废, √为有效.
_MEANT = re.compile("([0-9]{1,2}|[A-Za-z]{1,2}(?![A-Za-z])|[√✓✔×✗○●☆★△▲])[:=\\-—为是表示代]*([\u4e00-\u9fff]{2,6})")


class State(Enum):
    """What one cell says of its row."""

    STANDS, GONE, NOTHING, CODE, OTHER = range(5)


@remembered
def _in_words(text: str) -> State:
    """启用, 停用, a code of which nobody knows what it means, or something else, as 已审核."""
    plain = clean(fold(text)) or text.strip()
    plain = _EXPLAINED.sub("", plain, count=1)
    if not plain:
        return State.NOTHING
    if _CODE.fullmatch(plain):
        return State.CODE
    if _OFF.fullmatch(plain.casefold()) or cancels(plain) or leaves(plain):
        return State.GONE
    return State.STANDS if _STANDS.fullmatch(plain.casefold()) else State.OTHER


def state_reader(name: str) -> Callable[[str], State] | None:
    """How the cells of a column of this name are read; None: it is another kind."""
    whole = fold(name)
    last = clean(without_brackets(whole).strip().rpartition(" ")[2])  # of a header of several rows the lowest
    plain = re.sub("[_-]", "", last).casefold()
    if _ASKS.fullmatch(plain):
        return _answered(State.STANDS, State.GONE)
    if _ASKS_OTHERWISE.fullmatch(plain):
        return _answered(State.GONE, State.NOTHING)
    if not _STATE.fullmatch(plain):
        return None
    meant = {code: state for code, word in _MEANT.findall(whole) if (state := _in_words(word)) in (State.STANDS, State.GONE)}
    sign = State.CODE if "状态" in plain or "有效" in plain else State.OTHER
    return lambda text: meant.get(clean(fold(text))) or (sign if _SIGNS.fullmatch(text) else _in_words(text))


def _answered(yes: State, no: State) -> Callable[[str], State]:
    def read(text: str) -> State:
        try:
            return (yes if values.yes_or_no(clean(text), False) else no) if clean(text) or text.strip() in ("×", "无") else State.NOTHING
        except NotUnderstood:
            found = _in_words(text)
            return found if found in (State.STANDS, State.GONE) or yes is State.GONE else State.GONE

    return remembered(read)
