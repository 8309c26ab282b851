// A deal on paper, to sign.
#ifndef TH_TRADING_CONTRACT_H
#define TH_TRADING_CONTRACT_H

#include "core/messages.h"
#include "registry/registry.h"

// The contract of a deal between two parties as PDF, in one language; the file must not exist. A
// deal that is only proposed gives a draft that says so. Like a certificate it shows what was
// settled by the entry that it bears, so that the same call gives the same bytes. Reply:
// contract_id, trade_id, kind, state, file, sha256, tonnes, amount_fen, head_seq, head, n_blocks.
// TH_NOT_FOUND ("trade_not_found"), TH_CONFLICT ("contract_corrected", "contract_not_printable"
// with "trade", "kind", "state"; "file_exists"), errors of th_contract_print.
enum th_status th_trade_contract(struct th_registry *registry, int64_t trade_id, const char *path,
                                 const struct th_messages *messages, enum th_lang lang,
                                 struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
