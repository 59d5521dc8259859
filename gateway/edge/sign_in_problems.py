"""登录的问题: lines of the table of problems (gateway.edge.problems) that only pages answer with."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SIGN_IN_PROBLEMS: Mapping[str, tuple[int, str, str, str]] = MappingProxyType(
    {
        "signed_out": (401, "请先登录", "尚未登录,或登录已经结束。", "请登录后继续。"),
        "sign_in_refused": (
            422,
            "没有登录成功",
            "人员编码、口令或动态口令不对。",
            "请核对后重新填写;动态口令每个只能用一次,请等候手机上显示下一个。忘记口令或更换手机的,请向系统管理员索取登录链接。",
        ),
        "link_gone": (
            410,
            "登录链接已不能使用",
            "链接已经用过、超过 24 小时,或另有新的链接。",
            "请向系统管理员索取新的登录链接;已经设好口令的,请直接登录。",
        ),
        "password_refused": (422, "口令不合格", "口令不合格。", "请另设一个口令。"),
        "code_wrong": (
            422,
            "动态口令不对",
            "填写的动态口令与手机上应当显示的不一致。",
            "请用手机重新扫描二维码,填写此刻显示的 6 位数字;仍不对的,请核对手机的时间。",
        ),
        "other_site": (403, "请求不是由本系统的页面发出", "为防止他人冒用您的登录,没有办理。", "请从本系统的页面重新操作。"),
        "page_stale": (403, "页面已经过期", "这个页面打开后,登录的人员已经变更,没有办理。", "请刷新页面后重新操作;填写的内容请先复制。"),
        "provider_away": (503, "统一身份认证暂时不可用", "统一身份认证没有应答。", "请稍后再试;急需办理的,可以用口令登录。"),
        "provider_refused": (
            422,
            "没有登录成功",
            "统一身份认证没有完成,或从开始登录起已超过 10 分钟。",
            "请从登录页重新登录;仍不成功的,请告知系统管理员。",
        ),
        "not_on_the_roster": (
            403,
            "名册中没有您",
            "统一身份认证已确认您的身份,但本系统的在岗人员名册中没有您,或您不在可以使用本系统的分组中。",
            "请由本单位报系统管理员登记后再登录。",
        ),
        "session_unknown": (404, "没有这个登录", "您没有这个登录,或它已经结束。", "请刷新页面。"),
    }
)
