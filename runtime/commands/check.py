"""`./run check`: style, types, import direction, obligations, generated documents. Runs all of them and names all that fail."""

from __future__ import annotations

import argparse
import subprocess
import sys

from runtime.progress import Progress
from settings import ROOT

CHECKS = {
    "代码风格 ruff": ["ruff", "check", "."],
    "排版 ruff format": ["ruff", "format", "--check", "."],
    "类型 mypy": ["mypy"],
    "导入方向与目录约定": ["pytest", "-q", "tests/test_architecture.py"],
}


def main(arguments: list[str]) -> int:
    argparse.ArgumentParser(prog="./run check", description="代码检查:风格、类型、导入方向、生成的文档").parse_args(arguments)
    from runtime.commands import diagrams
    from runtime.commands.obligation_marks import survey

    progress, failed = Progress(), []
    for title, module in CHECKS.items():
        result = subprocess.run([sys.executable, "-m", *module], cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode:
            failed.append(title)
            progress.warn(f"{title} 未通过")
            sys.stdout.write(result.stdout + result.stderr)
        else:
            progress.say(f"✓ {title}")
    if faults := survey(ROOT).faults:
        failed.append("规则义务")
        progress.warn("规则义务 未通过\n    " + "\n    ".join(faults))
    else:
        progress.say("✓ 规则义务都有代码和测试")
    if diagrams.check():
        progress.say("✓ 生成的文档与代码一致")
    else:
        failed.append("生成的文档")
        progress.warn("生成的文档已过时:运行 python -m runtime.commands.diagrams 更新")
    return 1 if failed else 0
