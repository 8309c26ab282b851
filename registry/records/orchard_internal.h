// Inside registry/ only: the account of one orchard (orchard_year.c) and what is told of all
// (orchard.c, orchard_reply.c).
#ifndef TH_REGISTRY_ORCHARD_INTERNAL_H
#define TH_REGISTRY_ORCHARD_INTERNAL_H

#include "registry/estimate/estimate_internal.h"
#include "registry/records/orchard.h"
#include "registry/records/orchard_rules.h"

enum { TH_ORCHARD_TERMS_MAX = 32, TH_ORCHARD_YEARS_MAX = TH_YEARS_MAX };

// Both sides of a year, summed over the parcels of an orchard.
struct th_orchard_sides {
    struct th_carbon fixed, emitted[TH_N_GASES], other, balance;
    struct th_area used;
    double terms_kg[TH_ORCHARD_TERMS_MAX];
    bool not_stated[TH_CALC_INPUTS_MAX]; // inputs of the year that some parcel did not state
    size_t n_not_stated;
    bool asks;             // for a second look
    struct th_error asked; // its arguments: value, low, high, source, parcel, year
};
enum th_status th_orchard_emitted(const struct th_orchard_sides *sides, struct th_carbon *ret_sum,
                                  struct th_error *err) TH_MUST_CHECK;

enum th_orchard_state {
    TH_ORCHARD_EARNED,
    TH_ORCHARD_NOTHING,    // the balance is not above zero
    TH_ORCHARD_NOT_STATED, // something that is emitted may be missing
    TH_ORCHARD_UNDECIDED,  // C or CO2?
    TH_ORCHARD_REFUSED,    // an earlier year in which the methodology does not apply
    TH_ORCHARD_RUNNING     // the year is not over
};
const char *th_orchard_state_name(enum th_orchard_state state);

struct th_orchard_year {
    int year;
    enum th_orchard_state state;
    struct th_carbon balance;
    struct th_ratio earned_kg, carried_in_kg, carried_kg; // exact
    int64_t fertiliser_t;
};

// One orchard: parcels that belong together.
struct th_orchard {
    const char *name;                                // NULL: that of its parcels
    const struct th_estimate_source *const *parcels; // borrowed
    size_t n;
    struct th_area area; // of the account's year: measured, slivers taken off
};
// The ground that counts in a year (ADR 20), summed over its parcels.
enum th_status th_orchard_area(const struct th_orchard *orchard, int year, struct th_area *ret_area,
                               struct th_error *err) TH_MUST_CHECK;

struct th_orchard_books { // what all accounts share; borrowed
    struct th_store *store;
    const struct th_methodology *methodology;
    const struct th_estimate_rules *rules;
    const struct th_orchard_decisions *decisions;
    struct th_date today;
};

// Why the orchard has no account in this year: each parcel's reasons but for its own area, then the
// whole's area. `tell` gets the parcel's id, 0 of the whole.
enum th_status
th_orchard_reasons(const struct th_orchard_books *books, const struct th_orchard *orchard, int year,
                   void (*tell)(void *context, int64_t parcel_id, const struct th_error *reason),
                   void *context, struct th_error *err) TH_MUST_CHECK;
// Of an orchard without such reasons. TH_INVALID ("orchard_implausible").
enum th_status th_orchard_sides_of(const struct th_orchard_books *books,
                                   const struct th_orchard *orchard, int year,
                                   struct th_orchard_sides *ret_sides,
                                   struct th_error *err) TH_MUST_CHECK;
// From the first year on record to `year`, at most the maximum; the last one is `year` itself,
// whose sides are given.
enum th_status th_orchard_years_of(const struct th_orchard_books *books,
                                   const struct th_orchard *orchard, int year,
                                   const struct th_orchard_sides *sides,
                                   struct th_orchard_year *ret_years, size_t *ret_n,
                                   struct th_error *err) TH_MUST_CHECK;

// An account as it is told.
struct th_orchard_account {
    const struct th_orchard *orchard;
    char name[TH_NAME_SIZE];
    char village[TH_CODE_SIZE];
    char village_name[TH_NAME_SIZE];
    const struct th_orchard_sides *sides;
    struct th_carbon emitted; // all gases
    const struct th_orchard_year *years;
    size_t n_years; // the last one is the account's
    bool has_label;
    enum th_colour label;
};
// Values of the reply (orchard_reply.c); the objects returned are the caller's.
struct th_json *th_orchard_account_json(const struct th_orchard_books *books,
                                        const struct th_orchard_account *account,
                                        const struct th_orchard_options *options);
struct th_json *th_orchard_years_json(const struct th_orchard_year *years, size_t n);
// What of both sides comes from which term; `terms_kg` one value for each term.
struct th_json *th_orchard_sources_json(const struct th_methodology *methodology,
                                        const double *terms_kg, enum th_lang lang);
// Words of why an account has no colour or no fertiliser, or what asks for a look.
void th_orchard_note(const struct th_orchard_books *books, const struct th_orchard_account *account,
                     const struct th_orchard_options *options, struct th_buf *out);

#endif
