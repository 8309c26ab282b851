// Repairs that are proposed for rejected rows. Trying both methods on one shape costs a hundred
// times what surveying a good one does, and nothing else waits for the outcome, so that it is done
// beside the comparing and storing of the other rows, or when somebody wants to read the problems.
#include <stdlib.h>
#include <string.h>

#include "core/crew.h"
#include "registry/intake/parcel_internal.h"

enum { SHAPES_A_JOB = 16 };

struct shape {
    int64_t row;
    struct th_geometry geometry; // in degrees; cleared when it was tried
    struct th_repair repair;     // its areas; without the shapes
};

struct job {
    struct shape *shapes;
    size_t n;
    enum th_status status;
    struct th_error err;
};

struct th_proposals {
    struct shape *shapes; // in order of rows
    size_t n;
    size_t capacity;
    struct job *jobs;
    size_t n_jobs;
    struct th_repairer *hands[TH_CREW_HANDS_MAX];
    struct th_crew *crew; // NULL before the work and after it
};

enum th_status th_proposals_add(struct th_import_run *run, int64_t row, struct th_geometry *shape,
                                struct th_error *err)
{
    if (run->proposals == NULL) {
        run->proposals = calloc(1, sizeof(*run->proposals));
    }
    struct th_proposals *p = run->proposals;
    if (p == NULL) {
        return th_error_no_memory(err);
    }
    if (p->n == p->capacity) {
        size_t capacity = p->capacity == 0 ? 16 : 2 * p->capacity;
        struct shape *grown = realloc(p->shapes, capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        p->shapes = grown;
        p->capacity = capacity;
    }
    p->shapes[p->n++] = (struct shape){.row = row, .geometry = *shape};
    *shape = (struct th_geometry){0};
    return TH_OK;
}

static void work_end(struct th_proposals *p)
{
    th_crew_free(p->crew);
    p->crew = NULL;
    for (size_t i = 0; i < TH_CREW_HANDS_MAX; i++) {
        th_repairer_free(p->hands[i]);
    }
    memset(p->hands, 0, sizeof(p->hands));
    free(p->jobs);
    p->jobs = NULL;
}

void th_proposals_free(struct th_proposals *proposals)
{
    if (proposals == NULL) {
        return;
    }
    work_end(proposals);
    for (size_t i = 0; i < proposals->n; i++) {
        th_geometry_clear(&proposals->shapes[i].geometry);
    }
    free(proposals->shapes);
    free(proposals);
}

// Runs in a thread of the crew.
static void propose(void *hand, void *work)
{
    struct th_repairer *repairer = hand;
    struct job *job = work;
    th_crew_give_way(); // to the other rows
    for (size_t i = 0; i < job->n && job->status == TH_OK; i++) {
        struct shape *shape = &job->shapes[i];
        job->status = th_repair_propose(repairer, &shape->geometry, &shape->repair, &job->err);
        th_geometry_clear(&shape->geometry);
        for (int k = 0; job->status == TH_OK && k < TH_REPAIR_METHODS; k++) {
            th_geometry_clear(&shape->repair.by_method[k].geometry);
        }
    }
}

enum th_status th_proposals_begin(const struct th_import_run *run, unsigned n_hands,
                                  struct th_error *err)
{
    struct th_proposals *p = run->proposals;
    void *hands[TH_CREW_HANDS_MAX];
    enum th_status status = TH_OK;
    if (p == NULL || p->n == 0 || p->crew != NULL) {
        return TH_OK;
    }
    p->n_jobs = (p->n + SHAPES_A_JOB - 1) / SHAPES_A_JOB;
    n_hands = p->n_jobs < n_hands ? (unsigned)p->n_jobs : n_hands;
    p->jobs = calloc(p->n_jobs, sizeof(*p->jobs));
    if (p->jobs == NULL) {
        status = th_error_no_memory(err);
    }
    for (unsigned i = 0; status == TH_OK && i < n_hands; i++) {
        status = th_repairer_new(&p->hands[i], err);
        hands[i] = p->hands[i];
    }
    if (status == TH_OK) {
        status = th_crew_new(propose, hands, n_hands, p->n_jobs, &p->crew, err);
    }
    if (status != TH_OK) {
        work_end(p);
        return status;
    }
    for (size_t i = 0; i < p->n_jobs; i++) {
        size_t first = i * SHAPES_A_JOB;
        size_t left = p->n - first;
        p->jobs[i] = (struct job){.shapes = &p->shapes[first],
                                  .n = left < SHAPES_A_JOB ? left : SHAPES_A_JOB};
        th_crew_give(p->crew, &p->jobs[i]);
    }
    return TH_OK;
}

// Puts what was found into the problems; both are in order of rows.
static enum th_status problems_reword(const struct th_import_run *run, struct th_error *err)
{
    const struct th_proposals *p = run->proposals;
    enum th_status status = TH_OK;
    size_t at = 0;
    for (size_t i = 0; i < run->checked.n && at < p->n && status == TH_OK; i++) {
        struct th_problem *problem = &run->checked.items[i];
        while (at < p->n && p->shapes[at].row < problem->row) {
            at++;
        }
        if (at < p->n && p->shapes[at].row == problem->row &&
            strcmp(problem->key, "geometry_invalid") == 0) {
            status = th_import_repair_reword(problem, &p->shapes[at].repair, err);
        }
    }
    return status;
}

enum th_status th_proposals_await(const struct th_import_run *run, struct th_error *err)
{
    struct th_proposals *p = run->proposals;
    if (p == NULL || p->n == 0) {
        return TH_OK;
    }
    enum th_status status = th_proposals_begin(run, th_crew_cores(), err);
    for (size_t i = 0; status == TH_OK && i < p->n_jobs; i++) {
        const struct job *job = th_crew_take(p->crew);
        status = job->status;
        if (status != TH_OK && err != NULL) {
            *err = job->err;
        }
    }
    work_end(p);
    if (status == TH_OK) {
        status = problems_reword(run, err);
    }
    if (status == TH_OK) {
        p->n = 0; // all told
    }
    return status;
}
