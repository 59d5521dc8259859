"""通行简称: how offices are called for short everywhere, 人社局 for 人力资源和社会保障局: a convention, and no likeness.

A name that is one of these from its first character to its last means its full name; what only begins so does not (医保中心 is no 医保局).
"""

from __future__ import annotations

from collections.abc import Iterator

#: For short -> in full, both without 局.
_BUREAUS = {
    "人社": "人力资源和社会保障",
    "人力资源社会保障": "人力资源和社会保障",
    "医保": "医疗保障",
    "卫健": "卫生健康",
    "住建": "住房和城乡建设",
    "住房城乡建设": "住房和城乡建设",
    "教体": "教育和体育",
    "发改": "发展和改革",
    "发展改革": "发展和改革",
    "文旅": "文化和旅游",
    "文化旅游": "文化和旅游",
    "工信": "工业和信息化",
    "市监": "市场监督管理",
    "市场监管": "市场监督管理",
    "应急": "应急管理",
    "退役军人": "退役军人事务",
    "自规": "自然资源和规划",
    "自然资源规划": "自然资源和规划",
    "交通": "交通运输",
    "民宗": "民族宗教事务",
    "综合执法": "综合行政执法",
}
_WHOLE = {
    "残联": "残疾人联合会",
    "妇联": "妇女联合会",
    "工商联": "工商业联合会",
    "公积金中心": "住房公积金管理中心",
    "公积金管理中心": "住房公积金管理中心",
}
_ENDINGS = (("街道办", "街道办事处"), ("镇政府", "镇人民政府"), ("乡政府", "乡人民政府"))
_TITLES = ("主管部门", "部门", "机关", "局", "委", "中心", "办公室", "办")


def in_full(core: str) -> str | None:
    """The full name that this name without its region stands for, or None: it is none of these."""
    if core.endswith("局") and (full := _BUREAUS.get(core[:-1])):
        return f"{full}局"
    return _WHOLE.get(core) or next((core[: -len(short)] + full for short, full in _ENDINGS if core.endswith(short)), None)


def stems(core: str) -> Iterator[str]:
    """What a name that nobody knows may share with the one that it means: 公积金中心 公积金, 民政部门 民政, 人社 its full words."""
    title = next((one for one in _TITLES if core.endswith(one) and len(core) - len(one) > 1), "")
    stem = core[: len(core) - len(title)] if title else core
    if len(stem) > 1:
        yield stem
        yield _BUREAUS.get(stem) or _WHOLE.get(stem) or stem
