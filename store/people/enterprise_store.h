// Emissions of enterprises by year, and what was retired for them.
#ifndef TH_STORE_ENTERPRISE_STORE_H
#define TH_STORE_ENTERPRISE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/quantity.h"
#include "store/people/party_store.h"
#include "store/store.h"

enum { TH_ENTERPRISE_WORD_SIZE = 16, TH_EFFICIENCY_SIZE = 48 };

struct th_enterprise_year {
    int64_t party_id;
    int year;
    int64_t version;
    struct th_carbon emissions;
    char level[TH_ENTERPRISE_WORD_SIZE];       // low middle high
    int grade;                                 // 1 … 5
    char denominator[TH_ENTERPRISE_WORD_SIZE]; // output_value value_added
    char efficiency[TH_EFFICIENCY_SIZE];       // exact decimal, as the document has it
    int64_t document_id;
    int64_t source_row; // 0: no table
    char login[TH_LOGIN_SIZE];
    int64_t seq;
    // Not for the insert:
    char name[TH_NAME_SIZE]; // of the enterprise
    char document[TH_NAME_SIZE];
    struct th_hash document_sha256;
};

enum th_status th_enterprise_year_insert(struct th_store *store,
                                         const struct th_enterprise_year *record,
                                         struct th_error *err) TH_MUST_CHECK;
struct th_enterprise_question {
    int64_t party_id; // 0: any
    int year;         // 0: any
    bool all;         // earlier versions as well, latest first
};
// By enterprise and year; the visitor returns false to stop.
enum th_status
th_enterprise_year_each(struct th_store *store, const struct th_enterprise_question *question,
                        bool (*visit)(void *context, const struct th_enterprise_year *record),
                        void *context, struct th_error *err) TH_MUST_CHECK;

struct th_enterprise_retired {
    int year; // in which the retirement was approved
    struct th_units units;
    struct th_units by_statement; // of these, units by a third party's statement
};
// What was retired for a credit code, by year; the visitor returns false to stop.
enum th_status th_enterprise_retired_each(
    struct th_store *store, const char *uscc,
    bool (*visit)(void *context, const struct th_enterprise_retired *retired), void *context,
    struct th_error *err) TH_MUST_CHECK;

#endif
