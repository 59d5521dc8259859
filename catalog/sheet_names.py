"""工作表名: whether the name of a sheet may be that of a matter which the registry does not know: 公证, 低保. Rows without a matter of
their own are asked then; before, they spoke of every matter of their unit (obligation 5.1)."""

from __future__ import annotations

import re

from catalog.cleaning import clean, without_brackets
from catalog.numbering import without_number
from domain.spelling import fold

#: 公证, 律师执业: for all that is known, a matter that the registry does not have.
MAY_BE_MATTER = re.compile(
    "(?!.*(证明|材料|清单|目录|指南|流程|须知|说明|要求|条件|依据|时限|时间|电话|地址|单位|部门|附|表|取消|保留|[省市区县镇村]|街道|批|年|月|项目$|行政|政务|公共))"
    "[\u4e00-\u9fff]{2,20}(?<![科股室处队所站局委厅组])"
)
_PAPERS = re.compile("(申请)?(所需|需要?)?(提交|提供)?的?(证明|事项|材料)+(清单|目录|名录|表)?$")
_EDGES = re.compile(r"^[\W\d_A-Za-z]+|[\W\d_A-Za-z]+$")
#: What sheets are called for another reason: a copy, what was done with it, of whom it is, what kind of rows it holds.
_ORDINARY = re.compile(
    "(数据|明细|详情|内容|正文|封面|首页|主页|台账|汇总|合并|统计|合计|总|分|结果|情况|信息|记录|资料|文件|文档|工作簿|页|查询|导入|导出|下载|上传|原始|底稿|底数|样例|示例"
    "|样本|范例|模板|范本|格式|草稿|初稿|定稿|终稿|原稿|稿|最终|最新|最后|终|新|旧|原|版本?|修改|修订|更正|更新|校对|核对|审核|复核|初审|送审|报审|待审|已|未|待|审定?|核|确认"
    "|正式|上报|报送|填报|报|填写|反馈|回复|征求|意见|公示|公布|公开|发布|打印|存档|归档|备份|备用|副本|复制|留存|整理|清理|梳理|排版|标注|测试|演示|临时|其[他它]|杂项|新建|未命名|空白|无标题"
    "|全部|全量|部分|所有|整体|完整|本级|本局|本级|我局|基层|各|新增|增加|减少|删减|变更|调整|修改|现行|有效|在用|现有|拟|正在|执行|实施"
    "|告知承诺制?|承诺|部门核验|核验|数据共享|共享|免证办?|免提交|减证便民|便民|惠民|利企|涉企|涉民|群众|企业|个人|法人|自然人|公民|奇葩|无谓|循环|重复|兜底|盖章|开具|出具|索要|设定"
    "|民政|公安|司法|人社|人力资源|社会保障|社保|教育|教体|体育|卫健|卫生健康|卫生|医保|医疗保障|住建|住房|城乡建设|城建|房管|城管|综合执法|执法|交通|运输|水务|水利|城乡水务|农业农村|农业|农村"
    "|文旅|文化|旅游|商务|投资促进|应急|管理|审计|税务|自然资源|国土|规划|林业|园林|生态环境|环保|市场监管|市监|工商|质监|食药|退役军人|事务|残联|妇联|工会|团委|档案|气象|消防|烟草"
    "|公积金|财政|发改|发展改革|工信|工业信息化|科技|民宗|民族宗教|侨务|外事|信访|审批服务|审批|大数据|编办|机关事务|组织|宣传|统战|供热|供水|供电|供气|电力|燃气|通信|银行|法院|检察院|法检"
    "|高频|常用|常见|常规|日常|办事|办成|服务|基本|标准化?|统一|通用|共性|必备|必须|法定|主要|重点|依申请|依职权|改革|一件事|优化|营商环境|高效|窗口|线上|线下|网上|网办|大厅|收取|申报|申请|申请人|办理人|法律|法规|规章|规范性|民生|国家|全国|统一|本机关|机关|系统|权责|权力|涉及|人民政府|政府|类"
    "|自来水|派出|单|张|和|与|及|或|的|类)+"
)


def matter_of_sheet(name: str) -> str | None:
    """What this sheet may be about; None: its name is an ordinary one, or says something else."""
    bare = _EDGES.sub("", without_number(without_brackets(clean(fold(name)))))
    bare = _PAPERS.sub("", bare)
    if MAY_BE_MATTER.fullmatch(bare) and not _ORDINARY.fullmatch(bare):
        return bare
    return None
