-- The chain is continuous, also against whoever writes SQL by hand.
CREATE TRIGGER journal_chain BEFORE INSERT ON journal
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM journal)
  OR NEW.prev_hash <> coalesce((SELECT hash FROM journal ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN
    SELECT raise(ABORT, 'journal: entry does not continue the chain');
END;

-- A block keeps its range, its issuance and its parent for ever; a split or ended block its state.
-- FAIL stops as ABORT does; whoever writes one row at a time has nothing to undo (1_frame.sql).
CREATE TRIGGER unit_block_range BEFORE UPDATE ON unit_block
WHEN NEW.block_id <> OLD.block_id OR NEW.issuance_id <> OLD.issuance_id OR NEW.first <> OLD.first
  OR NEW.last <> OLD.last OR NEW.parent_id IS NOT OLD.parent_id
  OR OLD.state = 'split' OR OLD.state = 'retired' OR OLD.state = 'cancelled'
BEGIN
    SELECT raise(FAIL, 'unit_block: a range is never edited and an ended block never revived');
END;
CREATE TRIGGER unit_block_keep BEFORE DELETE ON unit_block
BEGIN
    SELECT raise(ABORT, 'unit_block: blocks are never deleted');
END;

-- A parcel keeps its identity, is never deleted, and never comes back once it is retired; its number
-- changes with a version that puts it on record.
CREATE TRIGGER parcel_keep BEFORE UPDATE ON parcel
WHEN NEW.parcel_id <> OLD.parcel_id OR NEW.village <> OLD.village
  OR (NEW.number IS NOT OLD.number AND (NEW.number IS NULL OR NOT EXISTS
      (SELECT 1 FROM parcel_renumbering r WHERE r.parcel_id = OLD.parcel_id
        AND r.version = NEW.version AND r.old_number IS OLD.number)))
  OR NEW.source_key <> OLD.source_key OR NEW.seq <> OLD.seq OR NEW.version < OLD.version
  OR OLD.state = 'retired'
BEGIN
    SELECT raise(ABORT, 'parcel: identity stays and retirement is final');
END;
CREATE TRIGGER parcel_no_delete BEFORE DELETE ON parcel
BEGIN
    SELECT raise(ABORT, 'parcel: parcels are never deleted');
END;

-- A layer stays as it was loaded; its last day is set once.
CREATE TRIGGER layer_keep BEFORE UPDATE ON layer
WHEN NEW.layer_id <> OLD.layer_id OR NEW.role <> OLD.role OR NEW.name <> OLD.name
  OR NEW.scheme IS NOT OLD.scheme OR NEW.source <> OLD.source OR NEW.sha256 <> OLD.sha256
  OR NEW.from_on <> OLD.from_on OR NEW.document_id IS NOT OLD.document_id OR NEW.seq <> OLD.seq
  OR OLD.withdrawn_seq IS NOT NULL
BEGIN
    SELECT raise(ABORT, 'layer: stays as it was loaded');
END;
CREATE TRIGGER layer_no_delete BEFORE DELETE ON layer
BEGIN
    SELECT raise(ABORT, 'layer: layers are never deleted');
END;

-- Insert-only tables: what was written stays as it was.
CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal
BEGIN
    SELECT raise(ABORT, 'journal: insert only');
END;
CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal
BEGIN
    SELECT raise(ABORT, 'journal: insert only');
END;
CREATE TRIGGER upgrade_log_no_update BEFORE UPDATE ON upgrade_log
BEGIN
    SELECT raise(ABORT, 'upgrade_log: insert only');
END;
CREATE TRIGGER upgrade_log_no_delete BEFORE DELETE ON upgrade_log
BEGIN
    SELECT raise(ABORT, 'upgrade_log: insert only');
END;
CREATE TRIGGER idempotency_no_update BEFORE UPDATE ON idempotency
BEGIN
    SELECT raise(ABORT, 'idempotency: insert only');
END;
CREATE TRIGGER idempotency_no_delete BEFORE DELETE ON idempotency
BEGIN
    SELECT raise(ABORT, 'idempotency: insert only');
END;
CREATE TRIGGER methodology_no_update BEFORE UPDATE ON methodology
BEGIN
    SELECT raise(ABORT, 'methodology: insert only');
END;
CREATE TRIGGER methodology_no_delete BEFORE DELETE ON methodology
BEGIN
    SELECT raise(ABORT, 'methodology: insert only');
END;
CREATE TRIGGER document_no_update BEFORE UPDATE ON document
BEGIN
    SELECT raise(ABORT, 'document: insert only');
END;
CREATE TRIGGER document_no_delete BEFORE DELETE ON document
BEGIN
    SELECT raise(ABORT, 'document: insert only');
END;
CREATE TRIGGER import_no_update BEFORE UPDATE ON import
BEGIN
    SELECT raise(ABORT, 'import: insert only');
END;
CREATE TRIGGER import_no_delete BEFORE DELETE ON import
BEGIN
    SELECT raise(ABORT, 'import: insert only');
END;
CREATE TRIGGER import_problem_no_update BEFORE UPDATE ON import_problem
BEGIN
    SELECT raise(ABORT, 'import_problem: insert only');
END;
CREATE TRIGGER import_problem_no_delete BEFORE DELETE ON import_problem
BEGIN
    SELECT raise(ABORT, 'import_problem: insert only');
END;
CREATE TRIGGER parcel_version_no_update BEFORE UPDATE ON parcel_version
BEGIN
    SELECT raise(ABORT, 'parcel_version: insert only');
END;
CREATE TRIGGER parcel_version_no_delete BEFORE DELETE ON parcel_version
BEGIN
    SELECT raise(ABORT, 'parcel_version: insert only');
END;
CREATE TRIGGER parcel_renumbering_no_update BEFORE UPDATE ON parcel_renumbering
BEGIN
    SELECT raise(ABORT, 'parcel_renumbering: insert only');
END;
CREATE TRIGGER parcel_renumbering_no_delete BEFORE DELETE ON parcel_renumbering
BEGIN
    SELECT raise(ABORT, 'parcel_renumbering: insert only');
END;
CREATE TRIGGER parcel_lineage_no_update BEFORE UPDATE ON parcel_lineage
BEGIN
    SELECT raise(ABORT, 'parcel_lineage: insert only');
END;
CREATE TRIGGER parcel_lineage_no_delete BEFORE DELETE ON parcel_lineage
BEGIN
    SELECT raise(ABORT, 'parcel_lineage: insert only');
END;
CREATE TRIGGER parcel_original_no_update BEFORE UPDATE ON parcel_original
BEGIN
    SELECT raise(ABORT, 'parcel_original: insert only');
END;
CREATE TRIGGER parcel_original_no_delete BEFORE DELETE ON parcel_original
BEGIN
    SELECT raise(ABORT, 'parcel_original: insert only');
END;
CREATE TRIGGER import_finding_no_update BEFORE UPDATE ON import_finding
BEGIN
    SELECT raise(ABORT, 'import_finding: insert only');
END;
CREATE TRIGGER import_finding_no_delete BEFORE DELETE ON import_finding
BEGIN
    SELECT raise(ABORT, 'import_finding: insert only');
END;
CREATE TRIGGER overlap_waiver_no_update BEFORE UPDATE ON overlap_waiver
BEGIN
    SELECT raise(ABORT, 'overlap_waiver: insert only');
END;
CREATE TRIGGER overlap_waiver_no_delete BEFORE DELETE ON overlap_waiver
BEGIN
    SELECT raise(ABORT, 'overlap_waiver: insert only');
END;
CREATE TRIGGER county_rule_no_update BEFORE UPDATE ON county_rule
BEGIN
    SELECT raise(ABORT, 'county_rule: insert only');
END;
CREATE TRIGGER county_rule_no_delete BEFORE DELETE ON county_rule
BEGIN
    SELECT raise(ABORT, 'county_rule: insert only');
END;
CREATE TRIGGER layer_shape_no_update BEFORE UPDATE ON layer_shape
BEGIN
    SELECT raise(ABORT, 'layer_shape: insert only');
END;
CREATE TRIGGER layer_shape_no_delete BEFORE DELETE ON layer_shape
BEGIN
    SELECT raise(ABORT, 'layer_shape: insert only');
END;
CREATE TRIGGER tenure_no_update BEFORE UPDATE ON tenure
BEGIN
    SELECT raise(ABORT, 'tenure: insert only');
END;
CREATE TRIGGER tenure_no_delete BEFORE DELETE ON tenure
BEGIN
    SELECT raise(ABORT, 'tenure: insert only');
END;
CREATE TRIGGER tenure_parcel_no_update BEFORE UPDATE ON tenure_parcel
BEGIN
    SELECT raise(ABORT, 'tenure_parcel: insert only');
END;
CREATE TRIGGER tenure_parcel_no_delete BEFORE DELETE ON tenure_parcel
BEGIN
    SELECT raise(ABORT, 'tenure_parcel: insert only');
END;
CREATE TRIGGER tenure_document_no_update BEFORE UPDATE ON tenure_document
BEGIN
    SELECT raise(ABORT, 'tenure_document: insert only');
END;
CREATE TRIGGER tenure_document_no_delete BEFORE DELETE ON tenure_document
BEGIN
    SELECT raise(ABORT, 'tenure_document: insert only');
END;
CREATE TRIGGER tenure_end_no_update BEFORE UPDATE ON tenure_end
BEGIN
    SELECT raise(ABORT, 'tenure_end: insert only');
END;
CREATE TRIGGER tenure_end_no_delete BEFORE DELETE ON tenure_end
BEGIN
    SELECT raise(ABORT, 'tenure_end: insert only');
END;
CREATE TRIGGER estimate_run_no_update BEFORE UPDATE ON estimate_run
BEGIN
    SELECT raise(ABORT, 'estimate_run: insert only');
END;
CREATE TRIGGER estimate_run_no_delete BEFORE DELETE ON estimate_run
BEGIN
    SELECT raise(ABORT, 'estimate_run: insert only');
END;
CREATE TRIGGER estimate_survey_no_update BEFORE UPDATE ON estimate_survey
BEGIN
    SELECT raise(ABORT, 'estimate_survey: insert only');
END;
CREATE TRIGGER estimate_survey_no_delete BEFORE DELETE ON estimate_survey
BEGIN
    SELECT raise(ABORT, 'estimate_survey: insert only');
END;
CREATE TRIGGER estimate_line_no_update BEFORE UPDATE ON estimate_line
BEGIN
    SELECT raise(ABORT, 'estimate_line: insert only');
END;
CREATE TRIGGER estimate_line_no_delete BEFORE DELETE ON estimate_line
BEGIN
    SELECT raise(ABORT, 'estimate_line: insert only');
END;
CREATE TRIGGER estimate_group_no_update BEFORE UPDATE ON estimate_group
BEGIN
    SELECT raise(ABORT, 'estimate_group: insert only');
END;
CREATE TRIGGER estimate_group_no_delete BEFORE DELETE ON estimate_group
BEGIN
    SELECT raise(ABORT, 'estimate_group: insert only');
END;
CREATE TRIGGER package_debt_no_update BEFORE UPDATE ON package_debt
BEGIN
    SELECT raise(ABORT, 'package_debt: insert only');
END;
CREATE TRIGGER package_debt_no_delete BEFORE DELETE ON package_debt
BEGIN
    SELECT raise(ABORT, 'package_debt: insert only');
END;
CREATE TRIGGER waiver_no_update BEFORE UPDATE ON waiver
BEGIN
    SELECT raise(ABORT, 'waiver: insert only');
END;
CREATE TRIGGER waiver_no_delete BEFORE DELETE ON waiver
BEGIN
    SELECT raise(ABORT, 'waiver: insert only');
END;
CREATE TRIGGER issuance_no_update BEFORE UPDATE ON issuance
BEGIN
    SELECT raise(ABORT, 'issuance: insert only');
END;
CREATE TRIGGER issuance_no_delete BEFORE DELETE ON issuance
BEGIN
    SELECT raise(ABORT, 'issuance: insert only');
END;
CREATE TRIGGER issuance_segment_no_update BEFORE UPDATE ON issuance_segment
BEGIN
    SELECT raise(ABORT, 'issuance_segment: insert only');
END;
CREATE TRIGGER issuance_segment_no_delete BEFORE DELETE ON issuance_segment
BEGIN
    SELECT raise(ABORT, 'issuance_segment: insert only');
END;
CREATE TRIGGER unit_event_no_update BEFORE UPDATE ON unit_event
BEGIN
    SELECT raise(ABORT, 'unit_event: insert only');
END;
CREATE TRIGGER unit_event_no_delete BEFORE DELETE ON unit_event
BEGIN
    SELECT raise(ABORT, 'unit_event: insert only');
END;
CREATE TRIGGER user_end_no_update BEFORE UPDATE ON user_end
BEGIN
    SELECT raise(ABORT, 'user_end: insert only');
END;
CREATE TRIGGER user_end_no_delete BEFORE DELETE ON user_end
BEGIN
    SELECT raise(ABORT, 'user_end: insert only');
END;
CREATE TRIGGER user_limit_no_update BEFORE UPDATE ON user_limit
BEGIN
    SELECT raise(ABORT, 'user_limit: insert only');
END;
CREATE TRIGGER user_limit_no_delete BEFORE DELETE ON user_limit
BEGIN
    SELECT raise(ABORT, 'user_limit: insert only');
END;
CREATE TRIGGER offer_line_no_update BEFORE UPDATE ON offer_line
BEGIN
    SELECT raise(ABORT, 'offer_line: insert only');
END;
CREATE TRIGGER offer_line_no_delete BEFORE DELETE ON offer_line
BEGIN
    SELECT raise(ABORT, 'offer_line: insert only');
END;
CREATE TRIGGER trade_line_no_update BEFORE UPDATE ON trade_line
BEGIN
    SELECT raise(ABORT, 'trade_line: insert only');
END;
CREATE TRIGGER trade_line_no_delete BEFORE DELETE ON trade_line
BEGIN
    SELECT raise(ABORT, 'trade_line: insert only');
END;
CREATE TRIGGER receipt_no_update BEFORE UPDATE ON receipt
BEGIN
    SELECT raise(ABORT, 'receipt: insert only');
END;
CREATE TRIGGER receipt_no_delete BEFORE DELETE ON receipt
BEGIN
    SELECT raise(ABORT, 'receipt: insert only');
END;
CREATE TRIGGER receipt_withdrawal_no_update BEFORE UPDATE ON receipt_withdrawal
BEGIN
    SELECT raise(ABORT, 'receipt_withdrawal: insert only');
END;
CREATE TRIGGER receipt_withdrawal_no_delete BEFORE DELETE ON receipt_withdrawal
BEGIN
    SELECT raise(ABORT, 'receipt_withdrawal: insert only');
END;
CREATE TRIGGER money_leg_no_update BEFORE UPDATE ON money_leg
BEGIN
    SELECT raise(ABORT, 'money_leg: insert only');
END;
CREATE TRIGGER money_leg_no_delete BEFORE DELETE ON money_leg
BEGIN
    SELECT raise(ABORT, 'money_leg: insert only');
END;
CREATE TRIGGER revenue_term_no_update BEFORE UPDATE ON revenue_term
BEGIN
    SELECT raise(ABORT, 'revenue_term: insert only');
END;
CREATE TRIGGER revenue_term_no_delete BEFORE DELETE ON revenue_term
BEGIN
    SELECT raise(ABORT, 'revenue_term: insert only');
END;
CREATE TRIGGER revenue_term_split_no_update BEFORE UPDATE ON revenue_term_split
BEGIN
    SELECT raise(ABORT, 'revenue_term_split: insert only');
END;
CREATE TRIGGER revenue_term_split_no_delete BEFORE DELETE ON revenue_term_split
BEGIN
    SELECT raise(ABORT, 'revenue_term_split: insert only');
END;
CREATE TRIGGER revenue_deduction_no_update BEFORE UPDATE ON revenue_deduction
BEGIN
    SELECT raise(ABORT, 'revenue_deduction: insert only');
END;
CREATE TRIGGER revenue_deduction_no_delete BEFORE DELETE ON revenue_deduction
BEGIN
    SELECT raise(ABORT, 'revenue_deduction: insert only');
END;
CREATE TRIGGER distribution_no_update BEFORE UPDATE ON distribution
BEGIN
    SELECT raise(ABORT, 'distribution: insert only');
END;
CREATE TRIGGER distribution_no_delete BEFORE DELETE ON distribution
BEGIN
    SELECT raise(ABORT, 'distribution: insert only');
END;
CREATE TRIGGER distribution_sale_no_update BEFORE UPDATE ON distribution_sale
BEGIN
    SELECT raise(ABORT, 'distribution_sale: insert only');
END;
CREATE TRIGGER distribution_sale_no_delete BEFORE DELETE ON distribution_sale
BEGIN
    SELECT raise(ABORT, 'distribution_sale: insert only');
END;
CREATE TRIGGER distribution_payment_no_update BEFORE UPDATE ON distribution_payment
BEGIN
    SELECT raise(ABORT, 'distribution_payment: insert only');
END;
CREATE TRIGGER distribution_payment_no_delete BEFORE DELETE ON distribution_payment
BEGIN
    SELECT raise(ABORT, 'distribution_payment: insert only');
END;

