// The join goes through the leaves of the tree in stretches; each stretch is one job of the crew.
// Leaves that follow each other lie beside each other, so the vertices that a thread needs are
// mostly in its cache already. Results are taken back in order, and so do not depend on how many
// threads there were.
#include <stdatomic.h>
#include <stdlib.h>

#include "core/crew.h"
#include "gis/fabric_internal.h"

enum {
    JOB_LEAVES = 256,
    JOBS_A_HAND = 4,
    // Comparisons over which a fabric is called too dense: of all of it, and for each parcel.
    TESTS_MAX = 100000000,
    TESTS_A_PARCEL = 2000
};

struct join {
    const struct th_fabric *fabric;
    uint64_t tests_max;
    atomic_bool stop;
    atomic_uint_least64_t n_tests;
    atomic_bool too_dense;
};

struct job {
    struct join *join;
    uint32_t first, end; // leaves
    struct th_fabric_pair *pairs;
    size_t n, capacity;
    enum th_status status;
    struct th_error err;
};

struct hand {
    struct th_fabric_probe *probe;
    struct th_fabric_findings findings;
};

static bool go_on(void *context, uint64_t n_tests)
{
    struct join *join = context;
    uint64_t sum = atomic_fetch_add_explicit(&join->n_tests, n_tests, memory_order_relaxed);
    if (sum + n_tests > join->tests_max) {
        atomic_store(&join->too_dense, true);
        return false;
    }
    return !atomic_load_explicit(&join->stop, memory_order_relaxed);
}

static enum th_status pairs_append(struct job *job, uint32_t b,
                                   const struct th_fabric_findings *findings)
{
    if (job->n + findings->n > job->capacity) {
        size_t capacity = 2 * (job->n + findings->n);
        struct th_fabric_pair *grown = realloc(job->pairs, capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(&job->err);
        }
        job->pairs = grown;
        job->capacity = capacity;
    }
    for (size_t i = 0; i < findings->n; i++) {
        job->pairs[job->n++] = (struct th_fabric_pair){.a = findings->positions[i],
                                                       .b = b,
                                                       .finding = findings->items[i],
                                                       .more = findings->more};
    }
    return TH_OK;
}

static void job_work(void *hand_item, void *job_item)
{
    struct hand *hand = hand_item;
    struct job *job = job_item;
    const struct th_fabric *fabric = job->join->fabric;
    for (uint32_t leaf = job->first; leaf < job->end && job->status == TH_OK; leaf++) {
        uint32_t b = fabric->tree.order[leaf];
        struct th_fabric_search search = {.fabric = fabric,
                                          .probe = hand->probe,
                                          .side = th_fabric_side(fabric, b),
                                          .area_m2 = fabric->parcels[b].area_m2,
                                          .limit = b,
                                          .go_on = go_on,
                                          .context = job->join};
        job->status = th_fabric_search(&search, &hand->findings, &job->err);
        if (job->status == TH_OK) {
            job->status = pairs_append(job, b, &hand->findings);
        }
    }
}

static int pair_compare(const void *left, const void *right)
{
    const struct th_fabric_pair *p = left;
    const struct th_fabric_pair *q = right;
    if (p->b != q->b) {
        return p->b < q->b ? -1 : 1;
    }
    if (p->finding.kind != q->finding.kind) {
        return p->finding.kind > q->finding.kind ? -1 : 1;
    }
    return (p->a > q->a) - (p->a < q->a);
}

// Moves the pairs of a job that is done to the end of the list.
static enum th_status job_take(struct job *job, size_t *capacity, struct th_fabric_pairs *pairs,
                               struct th_error *err)
{
    if (job->status != TH_OK) {
        if (err != NULL) {
            *err = job->err;
        }
        return job->status;
    }
    if (pairs->n + job->n > *capacity) {
        size_t grown_capacity = 2 * (pairs->n + job->n);
        struct th_fabric_pair *grown = realloc(pairs->items, grown_capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        pairs->items = grown;
        *capacity = grown_capacity;
    }
    for (size_t i = 0; i < job->n; i++) {
        // A parcel's pairs are listed all or not at all.
        bool starts = i == 0 || job->pairs[i].b != job->pairs[i - 1].b;
        if (starts && pairs->n >= TH_FABRIC_PAIRS_MAX) {
            pairs->cut = true;
            break;
        }
        pairs->items[pairs->n++] = job->pairs[i];
    }
    return TH_OK;
}

// Gives out all stretches and takes them back.
static enum th_status stretches_work(struct join *join, struct th_crew *crew, struct job *jobs,
                                     size_t n_jobs, const struct th_progress *progress,
                                     struct th_fabric_pairs *pairs, struct th_error *err)
{
    uint32_t n = join->fabric->tree.n;
    uint32_t next = 0;
    size_t given = 0;
    size_t capacity = 0;
    int64_t done = 0;
    enum th_status status = TH_OK;
    while (status == TH_OK && !pairs->cut && done < n) {
        for (; next < n && th_crew_has_room(crew); next = jobs[given++ % n_jobs].end) {
            struct job *job = &jobs[given % n_jobs];
            job->join = join;
            job->first = next;
            job->end = n - next < JOB_LEAVES ? n : next + JOB_LEAVES;
            job->n = 0;
            job->status = TH_OK;
            th_crew_give(crew, job);
        }
        struct job *job = th_crew_take(crew);
        status = job_take(job, &capacity, pairs, err);
        done = job->end;
        if (status == TH_OK && !th_progress_report(progress, "compare", done, n)) {
            status = th_error_set(err, TH_INTERRUPTED, "interrupted", NULL);
        }
    }
    atomic_store(&join->stop, true);
    if (status == TH_INTERRUPTED && atomic_load(&join->too_dense)) {
        status = th_error_set(err, TH_LIMIT, "fabric_too_dense", NULL);
    }
    return status;
}

enum th_status th_fabric_join(const struct th_fabric *fabric, unsigned n_threads,
                              const struct th_progress *progress, struct th_fabric_pairs *ret_pairs,
                              struct th_error *err)
{
    struct join join = {.fabric = fabric,
                        .tests_max = TESTS_MAX + TESTS_A_PARCEL * (uint64_t)fabric->tree.n};
    struct th_fabric_pairs pairs = {0};
    struct hand hands[TH_CREW_HANDS_MAX] = {0};
    void *hand_pointers[TH_CREW_HANDS_MAX] = {0};
    struct th_crew *crew = NULL;
    enum th_status status = TH_OK;
    n_threads = n_threads > TH_CREW_HANDS_MAX ? TH_CREW_HANDS_MAX : n_threads;
    size_t n_jobs = (size_t)n_threads * JOBS_A_HAND;
    struct job *jobs = calloc(n_jobs, sizeof(*jobs));
    if (jobs == NULL) {
        return th_error_no_memory(err);
    }
    for (unsigned i = 0; i < n_threads && status == TH_OK; i++) {
        hand_pointers[i] = &hands[i];
        status = th_fabric_probe_new(&hands[i].probe, err);
    }
    if (status == TH_OK) {
        status = th_crew_new(job_work, hand_pointers, n_threads, n_jobs, &crew, err);
    }
    if (status == TH_OK) {
        status = stretches_work(&join, crew, jobs, n_jobs, progress, &pairs, err);
    }
    th_crew_free(crew);
    for (unsigned i = 0; i < n_threads; i++) {
        th_fabric_probe_free(hands[i].probe);
        th_fabric_findings_clear(&hands[i].findings);
    }
    for (size_t i = 0; i < n_jobs; i++) {
        free(jobs[i].pairs);
    }
    free(jobs);
    if (status != TH_OK) {
        free(pairs.items);
        return status;
    }
    if (pairs.n > 1) {
        qsort(pairs.items, pairs.n, sizeof(*pairs.items), pair_compare);
    }
    *ret_pairs = pairs;
    return TH_OK;
}
