"""Words in which offices write lists of proofs: for what each column may hold, for titles, headings, notes and ticks, and what nobody
understands without asking."""

from __future__ import annotations

from domain.methods import Method

MATTERS = {"DEMO-0001": "公共租赁住房申请", "DEMO-0002": "法律援助申请", "DEMO-0003": "困难残疾人生活补贴申请", "DEMO-0004": "供热开户"}
PROOFS = {"P-HOUSEHOLD": "户籍证明", "P-MARRIAGE": "婚姻状况证明", "P-HARDSHIP": "经济困难证明", "P-RESIDENCE": "居住情况证明"}
ISSUERS = {"370402-GUANGMING": "市中区光明路街道办事处", "370402-CIVIL": "市中区民政局", "370402-ARCHIVE": "市中区档案馆"}
METHODS = {
    (Method.ISSUER,): ("部门核验", "①部门核验", "部门间核查", "1.部门核验", "通过部门核验", "部门核验方式"),
    (Method.DATA_SHARING, Method.ISSUER): (
        "数据共享、部门核验",
        "数据共享和部门核验",
        "①数据共享②部门核验",
        "先数据共享,再部门核验",
        "1.数据共享\n2.部门核验",
        "数据共享;部门核验。",
    ),
    (Method.COMMITMENT, Method.ISSUER): ("告知承诺或部门核验", "告知承诺\n部门核验", "1、告知承诺;2、部门核验", "告知承诺制/部门核验"),
}
DAYS = {
    30: ("30", "30天", "三十日内", "３０日", "30日以内", "30个自然日"),
    90: ("90天内", "九十天", "90 日", "3个月", "三个月内", "九十日(自然日)"),
    365: ("1年", "365", "一年", "1 年", "壹年"),
}
UNITS = {"DEMO-0001": "市中区行政审批服务局", "DEMO-0002": "区司法局", "DEMO-0003": "枣庄市市中区民政局", "DEMO-0004": "演示供热公司"}
FIELDS = ("proof", "matter", "matter_code", "issuer", "methods", "validity_days", "basis", "unit")
#: What nobody understands without asking, by column.
UNCLEAR = {
    "proof": (
        "未婚证明",
        "经济困难情况说明",
        "证明材料若干",
        "户籍证明或居住情况证明",
        "户籍证明/居住情况证明",
        "户籍证明、居住情况证明之一",
    ),
    "basis": ("同第1行", "见序号1", "↓", "同上(第二款)"),
    "matter": ("廉租房申请", "法律援助"),
    "matter_code": ("DEMO-9999", "无编码"),
    "issuer": ("乡镇人民政府", "有关部门", "公安机关", "村(居)委会"),
    "methods": ("现场勘查", "不再提交", "其他方式", "部门核验、现场走访"),
    "validity_days": ("若干天", "以实际为准", "半天", "3-5天"),
    "standing": (
        *("部分取消", "待定", "改为告知承诺", "暂缓取消", "不宜取消", "自2027年1月1日起取消", "取消(改为告知承诺)", "由身份证替代", "暂停"),
        *("不得要求提供", "原则上取消", "保留、取消"),
    ),
    "remark": (
        *("取消", "已废止", "建议取消该证明。", "自2027年1月1日起取消", "明年起不再索要", "合并至居住情况证明", "调整为告知承诺"),
        *("更名为困难情况证明", "名称调整为“困难情况证明”", "与居住情况证明合并", "拆分"),
        *("由居民身份证替代", "暂停执行", "已下放", "划转至市级", "与第2项重复", "本单位无此事项", "不涉及"),
    ),
}
#: Columns in which something may be struck through, or lie over a cell.
ODD = ("proof", "methods", "validity_days", "standing", "mark 保留", "mark 取消")
TICKED, UNTICKED = ("√", "是", "✓"), ("否", "×", "")
#: Titles of a list of what is given up, of what is kept, and of both, of which a row or a heading says which it is.
GIVEN_UP = (
    "取消的证明事项清单",
    "取消的证明事项",
    "关于取消一批证明事项的通知",
    "市中区证明事项取消目录",
    "不再索要的证明材料",
    "附件1:取消的证明清单",
)
KEPT = ("市中区证明事项清单", "市中区证明事项清单", "保留的证明事项", "继续保留的证明材料目录(2026年)")
BOTH = ("保留和取消的证明事项清单", "证明事项清理结果", "关于公布取消和保留证明事项的公告")
#: What stands over several columns, and what a column is called under it alone.
UNDER = {"proof": "名称"}
CLOSING = (
    "合计",
    "(以下空白)",
    "附件:无",
    "第1页,共1页",
    "制表人:演示甲",
    "注:1.本表一式两份。",
    "2026年3月1日",
    "审核人:      填表人:      ",
)
BETWEEN = ("注:以上事项自2026年起施行。", "续表", "(接上页)", "说明:下列证明按原渠道办理", "小计:3项", "第2页,共3页")
