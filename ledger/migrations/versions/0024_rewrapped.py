"""换主密钥: a text outside a case may be encrypted anew under another master key; the database sees that it is no more than that."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"

#: Append-only, with a text that a master key encrypts itself.
LINES = (("lead_steps", "text"), ("recusals", "why"))


def upgrade() -> None:
    # The master key's id stands in front of such a text, its length before it. GCM keeps the length of what it encrypts.
    op.execute(
        """
        CREATE FUNCTION master_of(sealed bytea) RETURNS text LANGUAGE sql IMMUTABLE AS $$
            SELECT CASE WHEN octet_length(sealed) > 1 THEN encode(substr(sealed, 2, get_byte(sealed, 0)), 'escape') END
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION is_rewrapped(was bytea, now_so bytea) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
            SELECT coalesce(
                master_of(was) <> master_of(now_so)
                AND CASE WHEN octet_length(was) > 1 AND octet_length(now_so) > 1
                    THEN octet_length(was) - get_byte(was, 0) = octet_length(now_so) - get_byte(now_so, 0) END,
                false)
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION refuse_all_but_rewrapping() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT is_rewrapped((to_jsonb(OLD) ->> TG_ARGV[0])::bytea, (to_jsonb(NEW) ->> TG_ARGV[0])::bytea)
               OR to_jsonb(NEW) - TG_ARGV[0] <> to_jsonb(OLD) - TG_ARGV[0] THEN
                RAISE EXCEPTION '台账只增不改:% 表不允许 %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    for table, column in LINES:
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(
            f"CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER only_rewrapped BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION refuse_all_but_rewrapping('{column}')"
        )
        op.execute(f'GRANT UPDATE ("{column}") ON {table} TO proofless_app')
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_other_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT (NEW.stated = '' OR (OLD.case_id IS NULL AND is_rewrapped(OLD.stated, NEW.stated)))
               OR to_jsonb(NEW) - 'stated' <> to_jsonb(OLD) - 'stated' THEN
                RAISE EXCEPTION '台账只增不改:% 表不允许 %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute("DROP TRIGGER ends_when_confirmed ON voluntary_submissions")
    op.execute(
        "CREATE TRIGGER ends_when_confirmed BEFORE UPDATE ON voluntary_submissions FOR EACH ROW "
        "WHEN (NEW.stated = '') EXECUTE FUNCTION refuse_early_end('voluntary')"
    )
    # Whoever writes leaves its trace: which row, from which master key to which.
    op.execute(
        """
        CREATE FUNCTION keep_rewrapping() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            was bytea := (to_jsonb(OLD) ->> TG_ARGV[0])::bytea;
            now_so bytea := (to_jsonb(NEW) ->> TG_ARGV[0])::bytea;
        BEGIN
            IF is_rewrapped(was, now_so) THEN
                INSERT INTO traces (by, place, subject, before, after) VALUES (
                    coalesce(nullif(current_setting('proofless.actor', true), ''), 'role:' || session_user), TG_TABLE_NAME, NEW.id::text,
                    jsonb_build_object('master_key', master_of(was)), jsonb_build_object('master_key', master_of(now_so))
                );
            END IF;
            RETURN NULL;
        END $$
        """
    )
    for table, column in (*LINES, ("voluntary_submissions", "stated")):
        op.execute(
            f"CREATE TRIGGER keep_rewrapping AFTER UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION keep_rewrapping('{column}')"
        )


def downgrade() -> None:
    for table, _ in (*LINES, ("voluntary_submissions", "stated")):
        op.execute(f"DROP TRIGGER keep_rewrapping ON {table}")
    op.execute("DROP FUNCTION keep_rewrapping")
    op.execute("DROP TRIGGER ends_when_confirmed ON voluntary_submissions")
    op.execute(
        "CREATE TRIGGER ends_when_confirmed BEFORE UPDATE ON voluntary_submissions FOR EACH ROW "
        "EXECUTE FUNCTION refuse_early_end('voluntary')"
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION refuse_other_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF NEW.stated <> '' OR to_jsonb(NEW) - 'stated' <> to_jsonb(OLD) - 'stated' THEN
                RAISE EXCEPTION '台账只增不改:% 表不允许 %', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    for table, column in LINES:
        op.execute(f'REVOKE UPDATE ("{column}") ON {table} FROM proofless_app')
        op.execute(f"DROP TRIGGER only_rewrapped ON {table}")
        op.execute(f"DROP TRIGGER append_only ON {table}")
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute("DROP FUNCTION refuse_all_but_rewrapping")
    op.execute("DROP FUNCTION is_rewrapped")
    op.execute("DROP FUNCTION master_of")
