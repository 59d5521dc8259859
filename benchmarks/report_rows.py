"""The rows of a large week, made in the database: one plan with all the chances, and every table from it."""

from __future__ import annotations

#: %(count)s verifications in the week from %(start)s, and a twentieth as many over the seven weeks from %(last)s.
STATEMENTS = (
    "SELECT setseed(0.2026)",
    """INSERT INTO units (code, name, kind, active, forwards_itself)
       SELECT 'B-' || lpad(u::text, 2, '0'), '基准单位' || u, 'government', true, false
       FROM generate_series(1, 60) u""",
    """CREATE UNLOGGED TABLE plan AS
       SELECT i, 'HY20260302' || lpad(i::text, 8, '0') AS number,
              CASE WHEN i <= %(count)s THEN %(start)s + random() * interval '7 days'
                   ELSE %(last)s + random() * interval '49 days' END AS filed,
              'B-' || lpad((41 + floor(random() * 20))::text, 2, '0') AS unit,
              'B-' || lpad((1 + floor(power(random(), 2) * 40))::text, 2, '0') AS issuer,
              CASE WHEN m < 0.55 THEN 'data_sharing' WHEN m < 0.6 THEN 'commitment' ELSE 'issuer' END AS method,
              m < 0.6 OR m > 0.9 AS looked_up, e, r1, r2, r3,
              interval '1 minute' * (1 + 60 * power(r1, 3) + CASE WHEN r2 > 0.95 THEN 900 * r1 ELSE 0 END) AS took
       FROM (SELECT i, random() AS m, random() AS e, random() AS r1, random() AS r2, random() AS r3
             FROM generate_series(1, %(count)s + %(count)s / 20) i) drawn""",
    """CREATE UNLOGGED TABLE done AS
       SELECT *, CASE WHEN method = 'issuer' THEN filed + took ELSE filed + interval '2 seconds' * (1 + r1) END AS ends,
              CASE WHEN e > 0.99 THEN 'withdrawn' WHEN e > 0.96 THEN 'open' ELSE 'delivered' END AS fate,
              md5('case' || (i / 5 * 5 + CASE WHEN r3 < 0.2 THEN 0 ELSE i %% 5 END))::uuid AS case_id,
              md5('request' || i)::uuid AS request
       FROM plan""",
    """INSERT INTO verifications (number, case_id, party_id, entry_id, unit, filed_at, filed_by, state, method, result,
           issuing_unit, share_failed, proof_version, ended_at, failed_passes, lease_token, run_serial)
       SELECT number, case_id, case_id, 1, unit, filed, unit || '-' || i %% 20, CASE fate WHEN 'open' THEN 'awaiting_reply' ELSE fate END,
              method, CASE WHEN fate = 'delivered' THEN CASE WHEN method = 'commitment' THEN 'committed' WHEN r3 < 0.02 THEN 'mismatch'
              WHEN r3 < 0.08 THEN 'no_record' ELSE 'confirmed' END END,
              CASE WHEN method = 'issuer' THEN issuer END, r3 > 0.98, 1, CASE WHEN fate <> 'open' THEN ends END, 0, 3, 1 FROM done""",
    """INSERT INTO events (verification, event, at, recorded_at, origin, target, actor, detail)
       SELECT number, 'filed', filed, filed, NULL, NULL, 'person:bench', '{}'::jsonb FROM done
       UNION ALL SELECT number, 'delivered', ends, ends, 'to_be_delivered', 'delivered', 'system:bench', '{}'
       FROM done WHERE fate = 'delivered'
       UNION ALL SELECT number, 'fell_back', filed, filed, 'looking_up', 'to_ask', 'system:bench',
              jsonb_build_object('why', CASE WHEN r3 > 0.98 THEN 'source_failed:timeout' ELSE 'none' END, 'next', 'issuer', 'source',
                                 CASE WHEN r1 < 0.7 THEN 'licence_library' ELSE 'province_gateway' END)
       FROM done WHERE method = 'issuer' AND looked_up""",
    """INSERT INTO lookups (id, verification, attempt, source, outcome, message, maker, warnings, asked_at, answered_at, fields,
           candidates, reply, document)
       SELECT md5('lookup' || i)::uuid, number, 1, CASE WHEN r1 < 0.7 THEN 'licence_library' ELSE 'province_gateway' END,
              CASE WHEN method = 'data_sharing' THEN 'found' ELSE 'none' END, '查询完成', '演示公安局', '{}', filed,
              filed + interval '1 second' * (0.2 + 2 * r2 * r2), sha256(number::bytea), sha256(number::bytea),
              sha256(number::bytea) || sha256('a'::bytea) || sha256('b'::bytea) || sha256('c'::bytea), '' FROM done
       WHERE looked_up AND method <> 'commitment' AND r3 <= 0.98""",
    """INSERT INTO requests (id, verification, unit, received_at, answered_at, answered_by, answer, ended_at, withdrawn_at)
       SELECT request, number, issuer, filed, CASE WHEN fate = 'delivered' THEN ends - interval '1 second' END, 'person:bench',
              CASE WHEN fate = 'delivered' THEN CASE WHEN r3 < 0.1 THEN 'no_record' ELSE 'true' END END,
              CASE WHEN fate <> 'open' THEN ends END, CASE WHEN fate = 'withdrawn' THEN ends END
       FROM done WHERE method = 'issuer'""",
    """INSERT INTO requests (id, verification, unit, received_at, ended_at, withdrawn_at)
       SELECT md5('returned' || i)::uuid, number, 'B-' || lpad((1 + i %% 40)::text, 2, '0'), filed - interval '20 minutes', filed, filed
       FROM done WHERE method = 'issuer' AND r1 < 0.03""",
    """INSERT INTO returns (id, verification, request_id, unit, at, by, reason, suggested_unit, unsure_why, limit_at, late,
                            by_standing_rule)
       SELECT md5('return' || i)::uuid, number, md5('returned' || i)::uuid, 'B-' || lpad((1 + i %% 40)::text, 2, '0'), filed,
              'person:bench', '\\x00', CASE WHEN r2 < 0.8 THEN issuer END, CASE WHEN r2 >= 0.8 THEN '\\x00'::bytea END, filed, false, false
       FROM done WHERE method = 'issuer' AND r1 < 0.03 AND 'B-' || lpad((1 + i %% 40)::text, 2, '0') <> issuer""",
    """INSERT INTO suspensions (id, verification, request_id, asked_at, asked_by, what, ended_at, ended_by)
       SELECT md5('rest' || i)::uuid, number, request, filed + took / 4, 'person:bench', '\\x00', filed + took / 2, 'person:bench'
       FROM done WHERE method = 'issuer' AND r3 > 0.96 AND r3 < 0.98""",
    """INSERT INTO deadlines (id, verification, request_id, kind, started_at, target_at, due_at, warn_at, pausable, provisional,
           rule_version, obligations, note, explanation, met_at, missed_at, closed_at)
       SELECT md5(kind || i)::uuid, number, request, kind, filed, due, due, due - interval '10 minutes', kind = 'soft', false,
              '2022-06-28/1', '{10.5}', '', '即办件:自送达收件箱起 30 分钟内完成核验并发送。收到时在服务时间内,按自然时间计算。',
              CASE WHEN fate = 'delivered' AND ends <= due THEN ends END, CASE WHEN fate <> 'withdrawn' AND ends > due THEN due END,
              CASE WHEN fate = 'withdrawn' THEN ends END
       FROM (SELECT *, 'soft' AS kind, filed + interval '30 minutes' AS due FROM done WHERE method = 'issuer'
             UNION ALL SELECT *, 'hard', filed + interval '1 day' * (1 + r2) FROM done WHERE method = 'issuer') limits""",
    """INSERT INTO deadlines (id, verification, request_id, kind, started_at, target_at, due_at, pausable, provisional, rule_version,
           obligations, note, explanation, met_at, missed_at)
       SELECT md5('supervision' || verification)::uuid, verification, request_id, 'supervision', due_at, due_at + interval '30 minutes',
              due_at + interval '30 minutes', false, false, rule_version, '{10.12}', '', '督办半小时。',
              CASE WHEN md5(verification) < 'c' THEN due_at + interval '20 minutes' END,
              CASE WHEN md5(verification) >= 'c' THEN due_at + interval '30 minutes' END
       FROM deadlines WHERE kind = 'soft' AND missed_at IS NOT NULL""",
    """INSERT INTO supervisions (id, verification, request_id, deadline_id, unit, opened_at)
       SELECT md5('opened' || d.verification)::uuid, d.verification, d.request_id, d.id, r.unit, d.started_at
       FROM deadlines d JOIN requests r ON r.id = d.request_id WHERE d.kind = 'supervision'""",
    """INSERT INTO voluntary_submissions (id, at, unit, listed, marks, stated, clerk, reason, retain_until)
       SELECT md5('voluntary' || i)::uuid, filed, unit, true, '{}', '\\x00', 'bench', 'at_hand', filed FROM done WHERE r2 < 0.03""",
    """INSERT INTO cases (id, unit, number, matter, handling, accepted_at, promise_end, promise_derived, channel, registered_at,
           registered_by, closed_at, data_key, master_key)
       SELECT case_id, min(unit), 'B-' || case_id, (SELECT min(code) FROM matters),
              CASE WHEN min(e) < 0.6 THEN 'promised' ELSE 'immediate' END, min(filed) - interval '10 minutes',
              CASE WHEN min(e) < 0.6 THEN min(filed) + interval '3 days' END, false,
              CASE WHEN min(r2) < 0.5 THEN 'window' ELSE 'ai_shandong' END, min(filed) - interval '5 minutes', 'person:bench',
              CASE WHEN min(r3) < 0.97 THEN max(ends) + interval '1 hour' END, '\\x00', 'bench' FROM done GROUP BY case_id""",
    """INSERT INTO parties (id, case_id, role, id_type, lookup, name, id_number)
       SELECT id, id, 'applicant', 'citizen_id', 'b' || (('x' || left(id::text, 8))::bit(32)::bigint %% 600000), '\\x00', '\\x00' FROM cases
       WHERE master_key = 'bench'""",
    """INSERT INTO accesses (at, actor, unit, verification, what)
       SELECT ends + interval '5 minutes', 'person:' || unit || '-' || i %% 20, unit, number, 'proof' FROM done
       WHERE fate = 'delivered'""",
    "DROP TABLE plan, done",
)
