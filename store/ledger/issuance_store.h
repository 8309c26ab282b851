// Issuances in the file: the units of one package and vintage, and the line of kilograms on which
// serial n stands for [(n-1)*1000, n*1000).
#ifndef TH_STORE_ISSUANCE_STORE_H
#define TH_STORE_ISSUANCE_STORE_H

#include <stdbool.h>

#include "core/quantity.h"
#include "store/store.h"

enum { TH_PREFIX_SIZE = 64 };

struct th_issuance_record {
    int64_t issuance_id;
    int64_t package_id;
    int vintage;                 // year
    char prefix[TH_PREFIX_SIZE]; // "CN-330523-BAM-2021-000007"; serials follow behind ':'
    struct th_carbon net;        // of the year, all parcels
    struct th_carbon carried_in;
    struct th_carbon carried_out;
    struct th_units issued; // serials 1 … issued; 0: no units in this vintage
    struct th_units buffer; // of these, the last serials
    bool statement_based;
    int64_t seq;
};

// record->issuance_id is ignored.
enum th_status th_issuance_insert(struct th_store *store, const struct th_issuance_record *record,
                                  int64_t *ret_issuance_id, struct th_error *err) TH_MUST_CHECK;
// Kilograms [first, first + mass) of the line belong to the parcel's year.
enum th_status th_issuance_segment_insert(struct th_store *store, int64_t issuance_id,
                                          struct th_carbon first, struct th_carbon mass,
                                          int64_t parcel_id, int year,
                                          struct th_error *err) TH_MUST_CHECK;

// TH_NOT_FOUND ("issuance_not_found" with "issuance").
enum th_status th_issuance_load(struct th_store *store, int64_t issuance_id,
                                struct th_issuance_record *ret_record,
                                struct th_error *err) TH_MUST_CHECK;
// By the text before ':' of a serial; a whole serial "PREFIX:7" or "PREFIX:1-836" is accepted too.
// TH_NOT_FOUND ("serial_not_found" with "serial").
enum th_status th_issuance_of_serial(struct th_store *store, const char *serial_or_prefix,
                                     struct th_issuance_record *ret_record,
                                     struct th_error *err) TH_MUST_CHECK;
// Issuances of a package (0: all) by package and vintage; the visitor returns false to stop.
enum th_status th_issuance_each(struct th_store *store, int64_t package_id,
                                bool (*visit)(void *context,
                                              const struct th_issuance_record *record),
                                void *context, struct th_error *err) TH_MUST_CHECK;

// What stands behind serials [first, last] of an issuance: parcel, year of estimation and kilograms
// within the range, in the order of the line. The masses sum to (last - first + 1) * 1000 kg.
// TH_NOT_FOUND ("serial_not_found") when the range is not within the issued serials.
enum th_status
th_issuance_trace(struct th_store *store, int64_t issuance_id, int64_t first, int64_t last,
                  bool (*visit)(void *context, int64_t parcel_id, int year, struct th_carbon mass),
                  void *context, struct th_error *err) TH_MUST_CHECK;
// The serials on which kilograms of a parcel lie, wholly or in part, a range for each time that the
// line comes by it. The visitor returns false to stop.
enum th_status th_issuance_of_parcel(struct th_store *store, int64_t issuance_id, int64_t parcel_id,
                                     bool (*visit)(void *context, int64_t first, int64_t last),
                                     void *context, struct th_error *err) TH_MUST_CHECK;

#endif
