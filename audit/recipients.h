// Who gets what of a sale, by the term and the tonnes that each contributed.
#ifndef TH_AUDIT_RECIPIENTS_H
#define TH_AUDIT_RECIPIENTS_H

#include "audit/books.h"

// Every payment of the sale against what its party must get: a fault for each that is off by a fen
// or more.
void th_recipients_check(struct th_books *books, const struct th_deal *deal,
                         const struct th_run_sale *sale, const struct th_term *term);
// A party or a village was added: what was found out about places no longer holds.
void th_recipients_forget(struct th_books *books);

#endif
