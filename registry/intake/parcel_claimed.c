// Ground that two claim, as polygons: for the record, for the layer of overlaps, and to tell the
// clerk where to look. Drawn when all rows are decided, on all cores, since an overlay costs as
// much as comparing a hundred neighbours.
#include <math.h>
#include <stdlib.h>

#include "core/crew.h"
#include "registry/intake/parcel_internal.h"

// A job is what the user waits for who wants to stop: a drawing takes up to a second.
enum { FINDINGS_A_JOB = 8, OPEN_JOBS_PER_HAND = 3 };

// Some findings on their way through the crew. Used again and again.
struct job {
    struct th_staged_finding *findings;
    size_t n;
    struct th_ground *loaded[FINDINGS_A_JOB]; // of registered parcels; NULL for the others
    struct th_xy middles[FINDINGS_A_JOB];
    enum th_status status;
    struct th_error err;
};

struct drawing {
    struct th_import_run *run;
    struct job *jobs;
    size_t n_jobs;
    struct th_crew *crew;
    struct th_fabric_probe *hands[TH_CREW_HANDS_MAX];
};

// Of the box that both have in common.
static struct th_xy boxes_middle(const struct th_ground *ground, const struct th_ground *other)
{
    struct th_box a = th_ground_box(ground);
    struct th_box b = th_ground_box(other);
    return (struct th_xy){(fmax(a.west, b.west) + fmin(a.east, b.east)) / 2,
                          (fmax(a.south, b.south) + fmin(a.north, b.north)) / 2};
}

static enum th_status draw_one(struct th_fabric_probe *probe, struct th_staged_finding *finding,
                               const struct th_ground *other, struct th_xy *ret_middle,
                               struct th_error *err)
{
    struct th_geometry common = {0};
    struct th_error problem;
    *ret_middle = boxes_middle(finding->ground, other);
    enum th_status status = th_fabric_common(probe, finding->ground, other, &common, &problem);
    if (status == TH_LIMIT) {
        return TH_OK; // measured, and its place is told; the polygon would take minutes
    }
    if (status != TH_OK && err != NULL) {
        *err = problem;
    }
    if (status == TH_OK && common.n_points > 0) {
        struct th_box box = th_geometry_box(&common);
        *ret_middle = (struct th_xy){(box.west + box.east) / 2, (box.south + box.north) / 2};
        status = th_geometry_to_wkb(&common, &finding->wkb, &finding->wkb_size, err);
    }
    th_geometry_clear(&common);
    return status;
}

// Runs in a thread of the crew.
static void draw(void *hand, void *work)
{
    struct job *job = work;
    for (size_t i = 0; i < job->n && job->status == TH_OK; i++) {
        struct th_staged_finding *finding = &job->findings[i];
        const struct th_ground *other =
            job->loaded[i] != NULL ? job->loaded[i] : finding->other_ground;
        job->status = draw_one(hand, finding, other, &job->middles[i], &job->err);
    }
}

static void job_empty(struct job *job)
{
    for (size_t i = 0; i < job->n; i++) {
        th_ground_free(job->loaded[i]);
    }
    *job = (struct job){0};
}

static enum th_status parcel_load(struct th_store *store, const struct th_staged_finding *finding,
                                  struct th_ground **ret_ground, struct th_error *err)
{
    unsigned char *wkb = NULL;
    size_t size = 0;
    enum th_status status =
        th_parcel_geometry_load(store, finding->other, finding->version, &wkb, &size, err);
    if (status == TH_OK) {
        status = th_ground_from_wkb(wkb, size, ret_ground, err);
    }
    free(wkb);
    return status;
}

static enum th_status job_fill(const struct drawing *d, struct job *job, size_t first,
                               struct th_error *err)
{
    struct th_import_run *run = d->run;
    size_t left = run->n_findings - first;
    enum th_status status = TH_OK;
    *job = (struct job){.findings = &run->findings[first],
                        .n = left < FINDINGS_A_JOB ? left : FINDINGS_A_JOB};
    for (size_t i = 0; status == TH_OK && i < job->n; i++) {
        const struct th_staged_finding *finding = &job->findings[i];
        if (finding->claimant == TH_CLAIMANT_PARCEL) {
            status = parcel_load(run->store, finding, &job->loaded[i], err);
        }
    }
    return status;
}

// What was drawn tells where the problems lie.
static enum th_status job_take(struct drawing *d, struct job *job, struct th_error *err)
{
    enum th_status status = job->status;
    if (status != TH_OK && err != NULL) {
        *err = job->err;
    }
    for (size_t i = 0; status == TH_OK && i < job->n; i++) {
        struct th_staged_finding *finding = &job->findings[i];
        if (finding->problem != TH_ROW_NO_PROBLEM) {
            th_problems_place(&d->run->resolved, finding->problem, job->middles[i]);
        }
        finding->ground = finding->other_ground = NULL;
    }
    job_empty(job);
    return status;
}

static enum th_status draw_all(struct drawing *d, struct th_error *err)
{
    size_t at = 0;
    size_t n_given = 0;
    enum th_status status = TH_OK;
    for (;;) {
        while (status == TH_OK && at < d->run->n_findings && th_crew_has_room(d->crew)) {
            struct job *job = &d->jobs[n_given++ % d->n_jobs];
            status = job_fill(d, job, at, err);
            at += job->n;
            if (status == TH_OK) {
                th_crew_give(d->crew, job);
            }
        }
        struct job *done = status == TH_OK ? th_crew_take(d->crew) : NULL;
        if (done == NULL) {
            return status;
        }
        status = job_take(d, done, err);
        if (status == TH_OK) {
            status =
                th_import_report(d->run, "overlaps", (int64_t)at, (int64_t)d->run->n_findings, err);
        }
    }
}

static enum th_status hands_hire(struct drawing *d, struct th_error *err)
{
    void *hands[TH_CREW_HANDS_MAX];
    size_t n_wanted = (d->run->n_findings + FINDINGS_A_JOB - 1) / FINDINGS_A_JOB;
    unsigned n_hands = th_crew_cores();
    n_hands = n_wanted < n_hands ? (unsigned)n_wanted : n_hands;
    enum th_status status = TH_OK;
    d->n_jobs = (size_t)n_hands * OPEN_JOBS_PER_HAND;
    d->jobs = calloc(d->n_jobs, sizeof(*d->jobs));
    if (d->jobs == NULL) {
        status = th_error_no_memory(err);
    }
    for (unsigned i = 0; status == TH_OK && i < n_hands; i++) {
        status = th_fabric_probe_new(&d->hands[i], err);
        hands[i] = d->hands[i];
    }
    return status == TH_OK ? th_crew_new(draw, hands, n_hands, d->n_jobs, &d->crew, err) : status;
}

enum th_status th_import_findings_draw(struct th_import_run *run, struct th_error *err)
{
    if (run->n_findings == 0) {
        return TH_OK;
    }
    struct drawing d = {.run = run};
    enum th_status status = hands_hire(&d, err);
    if (status == TH_OK) {
        status = draw_all(&d, err);
    }
    th_crew_free(d.crew);
    for (size_t i = 0; d.jobs != NULL && i < d.n_jobs; i++) {
        job_empty(&d.jobs[i]);
    }
    for (size_t i = 0; i < TH_CREW_HANDS_MAX; i++) {
        th_fabric_probe_free(d.hands[i]);
    }
    free(d.jobs);
    return status;
}
