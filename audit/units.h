// Where every serial of every issuance stands: ranges that cover 1 … issued without gap or overlap.
#ifndef TH_AUDIT_UNITS_H
#define TH_AUDIT_UNITS_H

#include "audit/table.h"

// No serial, and no number of units, is larger: sums of them stay far within 64 bits.
#define TH_SERIAL_MAX INT64_C(1000000000000000)

enum th_unit_state {
    TH_UNIT_HELD,
    TH_UNIT_LOCKED,
    TH_UNIT_BUFFER,
    TH_UNIT_RETIRED,
    TH_UNIT_CANCELLED,
    TH_UNIT_STATES
};
extern const char *const th_unit_state_names[TH_UNIT_STATES];

struct th_place {
    int64_t owner;
    int64_t pool; // 0: none
    int64_t lock; // 0: none
    enum th_unit_state state;
};

struct th_range {
    int64_t first;
    int64_t last;
    struct th_place place;
};

struct th_issuance {
    int64_t id;
    int64_t issued;        // serials 1 … issued are known
    int64_t issued_seq;    // entry that issued them; 0: none yet
    int64_t touched_seq;   // entry for which the next two count
    int64_t fresh_t;       // units that it issued
    int64_t to_buffer_t;   // units that it put into the buffer
    int64_t vintage_seq;   // entry that named it among its vintages
    int64_t package;       // that it is of, from then on; 0: unknown
    struct chunk **chunks; // owned, in order of serials; none of them is empty
    size_t n_chunks;
    size_t chunks_room;
};

struct th_units { // zeroed memory has none
    struct th_table ids;
    struct th_issuance *issuances; // owned
    size_t room;
};
void th_units_clear(struct th_units *units);

// NULL without memory. An unknown one is made, with nothing issued.
struct th_issuance *th_units_issuance(struct th_units *units, int64_t id);

enum th_units_answer {
    TH_UNITS_DONE,
    TH_UNITS_ELSEWHERE, // *ret_serial does not stand in `from`, or was never issued
    TH_UNITS_GAP,       // fresh serials must follow those that are there
    TH_UNITS_NO_MEMORY
};
// Serials first … last (1 ≤ first ≤ last), all of which stand in `from`, go to `to`.
enum th_units_answer th_units_move(struct th_issuance *issuance, int64_t first, int64_t last,
                                   const struct th_place *from, const struct th_place *to,
                                   int64_t *ret_serial);
// Fresh serials.
enum th_units_answer th_units_issue(struct th_issuance *issuance, int64_t first, int64_t last,
                                    const struct th_place *to);

// Every range in order.
void th_units_each(const struct th_issuance *issuance,
                   void (*visit)(void *context, const struct th_range *range), void *context);

#endif
