"""路由: the rooms of the API, in the order in which an address is looked for."""

from __future__ import annotations

from gateway.arrangements import calendar_notices, outages
from gateway.arrangements import endpoints as arrangements
from gateway.batches import endpoints as batches
from gateway.batches import results as batch_results
from gateway.cases import endpoints as cases
from gateway.catalog import change_tasks, drafts, guides, lists, previews, proposals
from gateway.commitments import endpoints as commitments
from gateway.counter import (
    adjustment,
    calendar,
    case_form,
    hand_in_telephone,
    handed_in,
    home,
    inbox_acts,
    own_sessions,
    provider,
    register_import,
    sign_in,
    who_asked,
)
from gateway.counter import batches as counter_batches
from gateway.counter import beside as counter_beside
from gateway.counter import cases as counter_cases
from gateway.counter import catalog as counter_catalog
from gateway.counter import complaints as counter_complaints
from gateway.counter import decisions as counter_decisions
from gateway.counter import draft as counter_draft
from gateway.counter import duty as counter_duty
from gateway.counter import inbox as counter_inbox
from gateway.counter import oversight as counter_oversight
from gateway.counter import overview as counter_overview
from gateway.counter import proposals as counter_proposals
from gateway.counter import publication as counter_publication
from gateway.counter import readings as counter_readings
from gateway.counter import registers as counter_registers
from gateway.counter import revocations as counter_revocations
from gateway.counter import running as counter_running
from gateway.counter import stuck as counter_stuck
from gateway.counter import subject_codes as counter_subject_codes
from gateway.counter import supervision as counter_supervision
from gateway.counter import verifications as counter_verifications
from gateway.deadlines import endpoints as deadlines
from gateway.deadlines import rule_preview
from gateway.inbox import assignments, attachments
from gateway.inbox import batches as inbox_batches
from gateway.inbox import endpoints as inbox
from gateway.mismatches import endpoints as mismatches
from gateway.operations import documents, notices, running, stuck
from gateway.operations import endpoints as operations
from gateway.oversight import blocks, complaint_outcomes, complaints, leads, recusals, scores
from gateway.own_unit import endpoints as own_unit
from gateway.public import catalog, catalog_pages, figures, record, status_lists, verify
from gateway.registers import demands, entered
from gateway.registers import endpoints as registers
from gateway.registry import callbacks, changes, seals, systems
from gateway.registry import endpoints as registry
from gateway.reports import endpoints as reports
from gateway.reports import overview
from gateway.retention import endpoints as retention
from gateway.revocations import endpoints as revocations
from gateway.subject_access import endpoints as subject_access
from gateway.verifications import endpoints as verifications
from gateway.verifications import followups

ROUTERS = (
    counter_inbox.router,  # each open page asks it four times a minute, and an address is compared with all that stand before it
    own_unit.router,  # before the inbox: `counts` is no request
    cases.router,
    verifications.router,
    followups.router,
    batches.router,
    batch_results.router,
    commitments.router,
    inbox_batches.router,
    assignments.router,  # before the inbox: `assignments` is no request
    inbox.router,
    attachments.router,
    deadlines.router,
    rule_preview.router,
    mismatches.router,
    revocations.router,
    outages.router,
    registers.router,
    demands.router,
    calendar_notices.router,
    arrangements.router,
    running.router,
    stuck.router,
    notices.router,
    callbacks.router,
    registry.router,
    changes.router,
    systems.router,
    seals.router,
    lists.router,
    previews.router,
    drafts.router,
    proposals.router,
    change_tasks.router,
    guides.router,
    reports.router,
    overview.router,
    complaints.router,
    complaint_outcomes.router,
    leads.router,
    blocks.router,
    entered.router,
    retention.router,
    subject_access.router,
    recusals.router,
    scores.router,
    figures.router,
    record.router,
    status_lists.router,
    verify.router,
    catalog.router,
    catalog_pages.router,
    operations.router,
    documents.router,
    sign_in.router,
    provider.router,
    home.router,
    own_sessions.router,
    inbox_acts.router,
    register_import.router,
    counter_beside.router,
    counter_supervision.router,
    counter_duty.router,
    counter_complaints.router,
    counter_oversight.router,
    case_form.router,  # before the cases: `new` is no number
    handed_in.router,
    hand_in_telephone.router,
    counter_batches.router,
    counter_cases.router,
    counter_verifications.router,
    counter_registers.router,
    calendar.router,
    counter_decisions.router,
    counter_catalog.router,
    counter_revocations.router,
    counter_subject_codes.router,
    who_asked.router,
    hand_in_telephone.open_router,
    counter_running.router,
    counter_draft.router,
    counter_proposals.router,
    adjustment.router,
    counter_publication.router,
    counter_readings.router,
    counter_stuck.router,
    counter_overview.router,
)
