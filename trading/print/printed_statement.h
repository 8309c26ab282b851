// Statements on paper and as workbooks: what th_account_statement and th_revenue_statement reply,
// in the words of one language.
#ifndef TH_TRADING_PRINTED_STATEMENT_H
#define TH_TRADING_PRINTED_STATEMENT_H

#include "core/messages.h"
#include "registry/registry.h"

struct th_printed_where {
    const char *path; // ends in .pdf or .xlsx; must not exist
    const struct th_messages *messages;
    enum th_lang lang;
};

// The reply of th_account_statement with file and sha256. TH_INVALID ("statement_format"),
// TH_CONFLICT ("file_exists"), errors of th_account_statement and th_account_statement_print.
enum th_status th_account_statement_file(struct th_registry *registry, const char *party,
                                         const char *from, const char *to,
                                         const struct th_printed_where *where,
                                         struct th_json **ret_reply,
                                         struct th_error *err) TH_MUST_CHECK;

// The same of th_revenue_statement: every recipient of the village, each on pages of its own.
enum th_status th_revenue_statement_file(struct th_registry *registry, const char *village,
                                         const char *party, const struct th_printed_where *where,
                                         struct th_json **ret_reply,
                                         struct th_error *err) TH_MUST_CHECK;

#endif
