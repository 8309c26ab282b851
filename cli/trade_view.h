// What people see of a trade, whatever its kind: what a kind does not have is not shown.
#ifndef TH_CLI_TRADE_VIEW_H
#define TH_CLI_TRADE_VIEW_H

#define TH_CLI_TRADE_VIEW                                                                          \
    "trade_id deal=kind standing sellers=seller_name? buyer_name? about_t=tonnes? price_fen? "     \
    "amount_fen?amount_fen tax_rate?amount_fen tax_fen?amount_fen net_fen?amount_fen "             \
    "beneficiary? beneficiary_uscc? beneficiary_reviewed purpose? note? on "                       \
    "entered_on? dated_back.needs? dated_back.term_id? dated_back.entered_term_id? proposed_by "   \
    "decided_by? decided_on? reason? of_trade_id? corrected_by expires_on? statement_based? "      \
    "received_fen?amount_fen outstanding_fen?amount_fen "                                          \
    "| deliver_by? if_short? strike_fen? window_from? window_to? due_t locked_t forecast_t "       \
    "short_t "                                                                                     \
    "prepaid_fen? refund_t? "                                                                      \
    "| pledge.subject pledge.held_by_pledge? pledge.rank? pledge.rank_on_approval? "               \
    "pledge.tonnes pledge.held_t "                                                                 \
    "pledge.forecast_package? "                                                                    \
    "pledge.forecast_t pledge.lost_t pledge.waiting_t "                                            \
    "pledge.receivable_trade_id? pledge.receivable_fen? "                                          \
    "pledge.debtor_name pledge.principal_fen pledge.rate pledge.from pledge.until "                \
    "pledge.valuation_fen pledge.number pledge.registrar_number? pledge.registrar_until? "         \
    "pledge.payout_fen pledge.repayment_fen pledge.interest_fen pledge.loan_fen pledge.warnings "  \
    "| listing.least_t listing.until listing.left_t waived_t released_t payment_id "               \
    "reversal_id debtor_name "                                                                     \
    "| reversal.cause reversal.loss_percent reversal.area_mu reversal.lost_kg reversal.buffer_t "  \
    "reversal.owed_t reversal.open_t | affected_parcels: package parcel_id number village_name "   \
    "area_mu share_percent lost_kg | buffer: serial tonnes owner_name "                            \
    "| owed: party_name owed_t filled_t open_t "                                                   \
    "| lines: package seller_name tonnes amount_fen cost_fen "                                     \
    "| blocks: prefix first last tonnes vintage statement_based "                                  \
    "| debts: pledge_id party_name owed_fen claim_fen number=document_number "                     \
    "| pledge.payments: payment_id kind amount_fen on enforcement_id login withdrawn_by "          \
    "| refusal effect.moves? effect.units_locked | effect.units: party_name state change_t "       \
    "| effect.money: party_name side side_fen "                                                    \
    "| schedule: on amount_fen received_fen "                                                      \
    "| receipts: receipt_id amount_fen on login of_trade_id=paid_ahead withdrawn_on "              \
    "withdrawn_by reason"

#endif
