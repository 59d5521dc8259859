"""离线核验: the verdict on a file by its seal and a saved list of revoked proofs, without ledger and network."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from proofs import status_list
from proofs.check import check, place_of
from proofs.facts import Facts
from proofs.status_list import StatusListRefused
from proofs.verdicts import KnownProof, Verdict
from runtime.failures import Failure


def judged_offline(content: bytes, authorities: bytes, saved: Path, keys: Path | None, now: datetime) -> tuple[str, Facts, str]:
    """What is said, the four facts, and what of the seal's algorithms (`CheckResult.algorithm`), with the list in the ledger's place.
    Raises Failure where the list does not tell.

    The list knows what is revoked, and nothing else: until when a proof is valid is for the ledger to say.
    """
    digest = hashlib.sha256(content).hexdigest()
    found = check(content, authorities, lambda _: KnownProof(digest, now), now)
    if found.verdict is Verdict.FOREIGN:  # a certificate that has ended was good on its day: which that was, the ledger says
        return (
            "离线不能确认:文件没有本系统的电子签章,或者签章证书今天已不在有效期内(用印时是否有效,离线不能判断)。请联网核验。",
            Facts(),
            "",
        )
    if found.verdict is Verdict.LATER_REVISION:  # whose seal it is, the seal says; the words say that the ledger was not asked
        return found.text, replace(found.facts, ours=True), found.algorithm
    if found.verdict is not Verdict.VALID:
        return found.text, found.facts, found.algorithm
    try:
        place = place_of(content)
        if place is None:
            raise StatusListRefused("这份证明没有写明在清单中的位置(早于清单出具),不能离线核验是否撤销。请联网核验。")
        listed = status_list.read(_text(saved), _keys(keys), now=now)
        if listed.uri != place.uri:
            raise StatusListRefused(f"这份证明在另一份清单中:{place.uri}。请下载那一份。")
        revoked = listed.status(place.index) != 0
    except StatusListRefused as refused:
        raise Failure("离线核验", refused.text, "签章完好;是否撤销没有核对。") from None
    signed = f"{listed.signed_at:%Y-%m-%d %H:%M} 签发的清单"
    if revoked:
        said = f"无效:这份电子证明已被撤销(按 {signed})。请联系证明出具单位,或重新办理核验。"
        return said, replace(found.facts, current=False), found.algorithm
    said = f"没有撤销:由本系统签章,内容未被改动;按 {signed}没有撤销。是否仍在有效期内,请联网核验。"
    return said, replace(found.facts, current=None), found.algorithm


def _text(file: Path) -> str:
    try:
        return file.read_text("ascii")
    except OSError as error:
        raise Failure("离线核验", f"读不到 {file}({type(error).__name__})", "请核对文件路径。") from None
    except UnicodeDecodeError:
        raise StatusListRefused("文件不是撤销状态清单。请从核验系统重新下载。") from None


def _keys(file: Path | None) -> dict[str, object]:
    if file is None:
        from ledger.vault import vault

        return status_list.public_keys(vault().status_key("signature"))
    try:
        return {"keys": json.loads(_text(file))["keys"]}
    except (ValueError, KeyError, TypeError):
        raise StatusListRefused("公钥文件不是保存的 /status-lists。请从核验系统重新下载。") from None
