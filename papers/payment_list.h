// The list by which a bank pays many recipients: one line each, amounts in figures and capitals, a
// total. As CSV (UTF-8 with a byte order mark, so that Excel reads it) or as a workbook, by the
// ending of the file. The same input gives the same bytes.
//
// No text becomes a formula: in a workbook every text is a text, in CSV what would begin one gets
// an apostrophe (core/csv.h). Digits of an account that a spreadsheet would round (more than 15)
// stand in groups of four in CSV, and as they are in a workbook.
#ifndef TH_PAPERS_PAYMENT_LIST_H
#define TH_PAPERS_PAYMENT_LIST_H

#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/messages.h"
#include "core/quantity.h"

struct th_payment_entry { // texts may be NULL or "" but for the name
    const char *number;   // of the payment, by which the bank confirms it
    const char *name;
    const char *kind;         // of the recipient, in words
    const char *village;      // name
    const char *account_name; // where it differs from the name
    const char *account_number;
    const char *account_bank;
    struct th_money amount; // above 0
    const char *basis;      // what it follows from, in words
    const char *purpose;    // what the bank writes on the payment
    const char *remark;     // what the clerk should look at before paying
};

struct th_payment_paper {
    const char *title;   // of the workbook and its sheet
    const char *program; // "tanhui 0.1.0"
    const struct th_payment_entry *entries;
    size_t n_entries;
};

// *ret_total is the sum. TH_INVALID ("payment_list_format": neither .csv nor .xlsx;
// "payment_list_amount" with "name", "amount": nothing to pay), TH_OVERFLOW ("overflow"), errors of
// th_file_check_new, of a buffer (CSV above 256 MiB) and of a workbook.
enum th_status th_payment_paper_write(const struct th_payment_paper *list,
                                      const struct th_messages *messages, enum th_lang lang,
                                      const char *path, struct th_money *ret_total,
                                      struct th_hash *ret_sha256,
                                      struct th_error *err) TH_MUST_CHECK;

#endif
