// Work in pieces that do not depend on one another, on as many threads as there are.
#ifndef TH_METHODOLOGY_PIECES_INTERNAL_H
#define TH_METHODOLOGY_PIECES_INTERNAL_H

#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_pieces {
    // Does piece `index`; writes where no other piece does.
    enum th_status (*run)(void *context, size_t index, struct th_error *err);
    void *context;
};

// The error of the first piece that has one, as if they had run one after the other. TH_NO_MEMORY,
// TH_INTERNAL ("threads"). n_threads >= 1.
enum th_status th_pieces_run(struct th_pieces pieces, size_t n, unsigned n_threads,
                             struct th_error *err) TH_MUST_CHECK;

#endif
