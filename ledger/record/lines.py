"""台账事件 as one line of the record: what is hashed, and word for word what an auditor gets.

PostgreSQL writes it, so that a million are written in seconds. It holds what stands in the row, and the row holds nobody's data
(decision 32), so that nothing of it ends with a case's key. What once was a line stays one: a new column needs a new kind of line.
"""

from __future__ import annotations

_AT = """to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""

#: Of a row `e` of `events`, as text.
LINE = f"""jsonb_build_object(
    'id', e.id, 'verification', e.verification, 'event', e.event, 'at', {_AT.format("e.at")}, 'recorded_at', {_AT.format("e.recorded_at")},
    'origin', e.origin, 'target', e.target, 'actor', e.actor, 'detail', e.detail)::text"""
