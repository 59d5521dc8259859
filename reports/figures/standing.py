"""现行: what stands at the end of a span, of the list and of the registers that people enter. A condition may follow with AND."""

#: Entries `e` of the list.
LISTED = """
    entries e JOIN catalog_versions s ON s.number = e.since_version LEFT JOIN catalog_versions t ON t.number = e.until_version
    WHERE s.published_at < :cut AND (t.published_at IS NULL OR t.published_at >= :cut)"""
#: Of `register_entries r`: entered, and not corrected since.
ENTERED = """r.entered_at < :cut AND NOT EXISTS (
    SELECT FROM register_entries l WHERE l.replaces = r.serial AND l.entered_at < :cut)"""
