"""The commands of `./run`: name, where it is, what it does. `run help` reads it without any dependency.

A new command is a line here and a function `(arguments: list[str]) -> int` (the exit code) somewhere.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Command:
    """`target` is "module:function", imported only when the command runs.

    `enters`: the command works on what `up` has made, so it gets that installation's environment first.
    """

    target: str
    english: str
    label: str
    enters: bool = True


COMMANDS: dict[str, Command] = {
    "up": Command("runtime.commands.up:main", "start everything and show two verifications", "启动全部服务并演示两次核验", enters=False),
    "down": Command("runtime.commands.operate:down", "stop everything", "停止全部服务", enters=False),
    "status": Command("runtime.commands.operate:status", "what runs, where, since when", "查看各服务的状态和地址", enters=False),
    "health": Command("runtime.commands.operate:health", "exit code 0 if all is well", "检查是否健康(退出码 0 为正常)"),
    "stuck": Command("runtime.commands.verifications:stuck", "what waits for a person, and why", "列出待人工处理的核验"),
    "resume": Command("runtime.commands.verifications:resume", "go on with a paused or stuck verification", "恢复或重试一项核验"),
    "reroute": Command("runtime.commands.repair_verifications:reroute", "another unit is asked instead", "改派:由另一个单位核验"),
    "close": Command("runtime.commands.repair_verifications:close", "a person ends a verification", "人工办结一项核验"),
    "reissue": Command("runtime.commands.repair_verifications:reissue", "make the proof anew from the same result", "重新制作证明"),
    "settle": Command("runtime.commands.repair_verifications:settle", "say whether a mail arrived", "确认未确定的通知是否送达"),
    "undelivered": Command("runtime.commands.undelivered:main", "callbacks that were not taken; send them again", "列出未送达的回调,重发"),
    "licences": Command(
        "runtime.commands.licences:main", "proofs that the licence library did not take; go on", "列出电子证照库没有收下的证明,继续"
    ),
    "repair": Command(
        "runtime.commands.repair:main", "put right what was deleted or switched off in Prefect", "恢复 Prefect 中被删除、暂停、限制的"
    ),
    "proof": Command("runtime.commands.verifications:proof", "write a sealed proof to a file", "导出一份电子证明"),
    "verify": Command("runtime.commands.verifications:verify", "check a proof that somebody holds", "核验一份电子证明文件的真伪"),
    "keys": Command("runtime.commands.keys:main", "make, rotate, revoke interface keys", "生成、轮换、吊销接口密钥"),
    "blocks": Command("runtime.commands.blocks:main", "look-ups that too many mismatches stopped: list, lift", "查询限制:列出、解除"),
    "calendar": Command("runtime.commands.calendar:main", "see, seed, correct the working calendar", "查看、录入工作日历"),
    "recompute": Command("runtime.commands.recompute:main", "running limits anew, after a changed reading", "解读变更后重算在办时限"),
    "catalog": Command("runtime.commands.catalog:main", "hand in lists, rebuild, answer, error files", "清单:报送、重建、确认、退回"),
    "report": Command("runtime.commands.report:main", "make a week's report and write its files", "编制周报,写出 PDF、XLSX、HTML"),
    "retention": Command(
        "runtime.commands.retention:main", "what is kept too long: list, confirm, hold", "保管期限届满清册:列出、确认销毁、暂停"
    ),
    "import": Command(
        "runtime.commands.imports:main", "import rosters, registers, complaints, demands", "导入名册、登记册、投诉、索要证明的登记"
    ),
    "outcomes": Command(
        "runtime.commands.outcomes:main", "outcomes of complaints, in the layout they came in", "导出投诉办理结果,按来时的格式"
    ),
    "guides": Command("runtime.commands.guides:main", "materials for the provincial site's editors", "导出办事指南材料清单,登记交付"),
    "traces": Command("runtime.commands.traces:main", "who changed what, before and after", "留痕:谁改了什么,改前改后"),
    "audit": Command(
        "runtime.commands.audit:main", "the record for an auditor, and its newest signed head", "台账存证:导出供审计,显示最新存证"
    ),
    "systems": Command(
        "runtime.commands.systems:main", "departments' systems: which should connect, which do", "业务系统:登记,列出应对接的和最近一次调用"
    ),
    "seals": Command(
        "runtime.commands.seals:main", "the register of seals: list, import, renew, use log", "印章登记:列出、导入、变更,导出用印记录"
    ),
    "unit": Command("runtime.commands.unit:main", "record that a unit is renamed or merged", "登记单位更名、合并"),
    "keyfiles": Command("runtime.commands.keyfiles:main", "make every secret file", "生成缺少的密钥文件", False),
    "migrate": Command("runtime.commands.migrate:main", "bring the ledger to the newest version", "升级台账数据库"),
    "backup": Command("runtime.commands.backup:backup_command", "save the ledger, and the keys apart", "备份台账(加密),密钥另存", False),
    "restore": Command("runtime.commands.backup:restore_command", "bring a backup back, or check it", "恢复备份,或核对它", enters=False),
    "obligations": Command(
        "runtime.commands.obligations:main", "each obligation's code, tests, figure and state", "规则义务:代码、测试、指标、实现情况", False
    ),
    "check": Command("runtime.commands.check:main", "style, types, imports, generated documents", "代码检查", False),
    "bench": Command("benchmarks.parts:main", "measure, against a stock Prefect worker", "性能测试", False),
    "soak": Command("benchmarks.soak:main", "a simulated week, every limit checked", "模拟一个工作周,逐条核对时限", False),
    "test": Command("pytest:console_main", "run the tests", "运行全部测试", enters=False),
}
