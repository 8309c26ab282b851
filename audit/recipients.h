// Who gets what of a sale, by the term and the tonnes that each contributed.
#ifndef TH_AUDIT_RECIPIENTS_H
#define TH_AUDIT_RECIPIENTS_H

#include "audit/books.h"

// Every payment of the sale against what its party must get: a fault for each that is off by three
// fen or more, and for each to a party without a part. What else it is off is kept for the run.
void th_recipients_check(struct th_books *books, const struct th_deal *deal,
                         const struct th_run_sale *sale, const struct th_term *term);
// Behind the last sale of a run: a fault for each party that is off by a fen or more over all of
// them, and for each capacity that is, within what the party got.
void th_recipients_end(struct th_books *books, int64_t run_id);
// A party or a village was added: what was found out about places no longer holds.
void th_recipients_forget(struct th_books *books);

#endif
