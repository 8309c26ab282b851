// A retirement on paper, to hang on the wall.
#ifndef TH_TRADING_CERTIFICATE_H
#define TH_TRADING_CERTIFICATE_H

#include "core/messages.h"
#include "registry/registry.h"

// The certificate of an approved retirement as PDF, in both languages; the file must not exist.
// Everything on it was settled by the journal entry that approved the retirement, whose digest it
// bears, so that the same call gives the same bytes whatever happened since. Reply: certificate_id,
// trade_id, file, sha256, tonnes, head_seq, head, n_blocks, n_warnings. TH_NOT_FOUND
// ("trade_not_found"), TH_CONFLICT ("certificate_not_retired" with "trade", "kind", "state";
// "file_exists"), errors of th_certificate_print.
enum th_status th_trade_certificate(struct th_registry *registry, int64_t trade_id,
                                    const char *path, const struct th_messages *messages,
                                    struct th_json **ret_reply, struct th_error *err) TH_MUST_CHECK;

#endif
