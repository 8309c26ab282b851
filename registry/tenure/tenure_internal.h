#ifndef TH_REGISTRY_TENURE_INTERNAL_H
#define TH_REGISTRY_TENURE_INTERNAL_H

#include "core/ratio.h"
#include "registry/table/sheet.h"
#include "registry/tenure/tenure.h"
#include "store/ground/tenure_store.h"

enum th_tenure_column {
    TH_TENURE_NUMBER,
    TH_TENURE_HOUSEHOLD,
    TH_TENURE_HOLDER,
    TH_TENURE_VILLAGE,
    TH_TENURE_PARCEL,
    TH_TENURE_CERTIFICATE,
    TH_TENURE_EXPIRES,
    TH_TENURE_AREA,
    TH_TENURE_FROM,
    TH_TENURE_TO,
    TH_TENURE_RENT,
    TH_TENURE_GUARANTEE,
    TH_TENURE_DIVIDEND,
    TH_TENURE_CARBON,
    TH_TENURE_SHARE,
    TH_TENURE_DOCUMENT,
    TH_TENURE_COLUMNS
};

struct th_tenure_column_spec {
    const char *name;  // English heading, and "tenure.meaning.<name>"
    const char *title; // Chinese heading
    const char *others[6];
    bool needed;
    const char *example;
};
extern const struct th_tenure_column_spec th_tenure_columns[TH_TENURE_COLUMNS];

struct th_tenure_table { // zero before use
    struct th_sheet sheet;
    size_t positions[TH_TENURE_COLUMNS]; // in the sheet; SIZE_MAX: not there
};
enum th_status th_tenure_table_read(const char *path, struct th_tenure_table *ret_table,
                                    struct th_error *err) TH_MUST_CHECK;
void th_tenure_table_clear(struct th_tenure_table *table);
const char *th_tenure_cell(const struct th_tenure_table *table, size_t row,
                           enum th_tenure_column column);

// How the contracts of one parcel cover its days.
struct th_tenure_cover {
    struct th_tenure_share *items;
    size_t n;
    size_t capacity;
};
// Shares of the parcel in force at some time from `from` to `to` (year 0: open).
enum th_status th_tenure_cover_load(struct th_store *store, int64_t parcel_id, struct th_date from,
                                    struct th_date to, struct th_tenure_cover *ret_cover,
                                    struct th_error *err) TH_MUST_CHECK;
void th_tenure_cover_clear(struct th_tenure_cover *cover);
// Sum on a day; with `carbon_only` of contracts that give the carbon income. TH_OVERFLOW.
enum th_status th_tenure_cover_on(const struct th_tenure_cover *cover, struct th_date on,
                                  bool carbon_only, struct th_ratio *ret_sum,
                                  struct th_error *err) TH_MUST_CHECK;
// First day from `from` to `to` on which the sum is over (sign 1) or under (-1) one.
enum th_status th_tenure_cover_find(const struct th_tenure_cover *cover, struct th_date from,
                                    struct th_date to, bool carbon_only, int sign, bool *ret_found,
                                    struct th_date *ret_on, struct th_ratio *ret_sum,
                                    struct th_error *err) TH_MUST_CHECK;

#endif
