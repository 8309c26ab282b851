#include "methodology/pieces_internal.h"

#include <stdlib.h>

#include "core/crew.h"

struct piece {
    size_t index;
    enum th_status status;
    struct th_error err;
};

static void run_piece(void *hand, void *job)
{
    const struct th_pieces *pieces = hand;
    struct piece *piece = job;
    piece->status = pieces->run(pieces->context, piece->index, &piece->err);
}

static void take_piece(struct th_crew *crew, enum th_status *status, struct th_error *err)
{
    const struct piece *piece = th_crew_take(crew);
    if (piece->status != TH_OK && *status == TH_OK) {
        *status = piece->status;
        if (err) {
            *err = piece->err;
        }
    }
}

static enum th_status run_with_crew(struct th_pieces *work, size_t n_pieces, unsigned n_threads,
                                    struct th_error *err)
{
    void *hands[TH_CREW_HANDS_MAX];
    size_t n_open = (size_t)n_threads * 4;
    struct th_crew *crew = NULL;
    struct piece *pieces = calloc(n_open, sizeof(*pieces));
    enum th_status status = pieces ? TH_OK : th_error_no_memory(err);
    for (unsigned i = 0; i < n_threads; i++) {
        hands[i] = work;
    }
    if (status == TH_OK) {
        status = th_crew_new(run_piece, hands, n_threads, n_open, &crew, err);
    }
    size_t given = 0;
    size_t taken = 0;
    while (crew && taken < n_pieces && (status == TH_OK || taken < given)) {
        if (given < n_pieces && status == TH_OK && th_crew_has_room(crew)) {
            pieces[given % n_open].index = given;
            th_crew_give(crew, &pieces[given % n_open]);
            given++;
        } else {
            take_piece(crew, &status, err);
            taken++;
        }
    }
    th_crew_free(crew);
    free(pieces);
    return status;
}

enum th_status th_pieces_run(struct th_pieces pieces, size_t n, unsigned n_threads,
                             struct th_error *err)
{
    enum th_status status = TH_OK;
    n_threads = n_threads > TH_CREW_HANDS_MAX ? TH_CREW_HANDS_MAX : n_threads;
    if (n_threads > 1 && n > 1) {
        return run_with_crew(&pieces, n, n_threads, err);
    }
    for (size_t i = 0; i < n && status == TH_OK; i++) {
        status = pieces.run(pieces.context, i, err);
    }
    return status;
}
