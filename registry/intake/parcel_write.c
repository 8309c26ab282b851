// The accepted rows of an import on their way into the store. Many rows go in bulk: other threads
// make them ready, this one inserts them in the order of the file.
#include <stdlib.h>
#include <string.h>

#include "core/crew.h"
#include "registry/act.h"
#include "registry/intake/parcel_internal.h"
#include "store/ground/parcel_bulk_store.h"

enum { ROWS_A_JOB = 256, OPEN_JOBS_PER_HAND = 3 };

// Some accepted rows made ready for storing. Used again and again, so that their room is kept.
struct job {
    const struct th_import_run *run;
    int64_t import_id;
    struct th_date day; // from which the versions hold
    const struct th_staged_row *rows[ROWS_A_JOB];
    size_t n;
    struct th_parcel_record records[ROWS_A_JOB];
    struct th_parcel_row ready[ROWS_A_JOB];
    struct th_parcel_version_row versions[ROWS_A_JOB];
    enum th_status status;
    struct th_error err;
};

struct hand { // what one thread works with
    unsigned char *wkb;
    size_t wkb_capacity;
};

struct writing {
    struct th_import_run *run;
    const struct th_work *work;
    struct th_hasher *rows_hash;
    int64_t import_id;
    struct th_date day;
    int64_t last_parcel; // highest number given
    int64_t done;
};

static enum th_status ground_write(struct hand *hand, const struct th_ground *ground,
                                   size_t *ret_size, struct th_error *err)
{
    size_t size = th_ground_wkb_size(ground);
    if (size > hand->wkb_capacity) {
        unsigned char *grown = realloc(hand->wkb, 2 * size);
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        hand->wkb = grown;
        hand->wkb_capacity = 2 * size;
    }
    th_ground_wkb(ground, hand->wkb);
    *ret_size = size;
    return TH_OK;
}

static void record_make(const struct th_import_run *run, const struct th_staged_row *row,
                        int64_t import_id, struct th_date day, struct th_parcel_record *ret_record)
{
    th_import_row_record(run, row, ret_record);
    ret_record->import_id = import_id;
    ret_record->from = day;
}

// The next accepted row from *at on, with its parcel's number; NULL behind the last.
static struct th_staged_row *next_row(struct writing *w, size_t *at)
{
    while (*at < w->run->n_rows) {
        struct th_staged_row *row = &w->run->rows[(*at)++];
        if (row->fate != TH_ROW_ACCEPTED) {
            continue;
        }
        if (row->parcel_id == 0) {
            row->parcel_id = ++w->last_parcel;
        }
        return row;
    }
    return NULL;
}

static enum th_status row_written(struct writing *w, const struct th_hash *row_hash,
                                  struct th_error *err)
{
    th_hasher_update(w->rows_hash, row_hash->bytes, TH_HASH_SIZE);
    return th_import_report(w->run, "store", ++w->done, w->run->n_accepted, err);
}

static enum th_status write_few(struct writing *w, struct th_error *err)
{
    struct hand hand = {0};
    size_t at = 0;
    enum th_status status = TH_OK;
    for (const struct th_staged_row *row = next_row(w, &at); row != NULL;
         row = status == TH_OK ? next_row(w, &at) : NULL) {
        struct th_parcel_record record;
        struct th_hash row_hash;
        size_t wkb_size = 0;
        record_make(w->run, row, w->import_id, w->day, &record);
        status = ground_write(&hand, row->ground, &wkb_size, err);
        if (status == TH_OK) {
            status = th_parcel_insert(w->run->store, &record, row->attributes, hand.wkb, wkb_size,
                                      th_work_seq(w->work), &row_hash, err);
        }
        if (status == TH_OK) {
            status = row_written(w, &row_hash, err);
        }
    }
    free(hand.wkb);
    return status;
}

// Runs in a thread of the crew.
static void prepare(void *context, void *work)
{
    struct hand *hand = context;
    struct job *job = work;
    job->status = TH_OK;
    for (size_t i = 0; i < job->n && job->status == TH_OK; i++) {
        const struct th_staged_row *row = job->rows[i];
        size_t wkb_size = 0;
        record_make(job->run, row, job->import_id, job->day, &job->records[i]);
        job->status = ground_write(hand, row->ground, &wkb_size, &job->err);
        if (job->status == TH_OK) {
            job->status = th_parcel_row_prepare(&job->records[i], row->attributes, hand->wkb,
                                                wkb_size, &job->ready[i], &job->err);
        }
        job->versions[i] =
            (struct th_parcel_version_row){&job->records[i], row->attributes, &job->ready[i]};
    }
}

static enum th_status insert_job(struct writing *w, const struct job *job, struct th_error *err)
{
    enum th_status status = job->status;
    if (status != TH_OK && err != NULL) {
        *err = job->err;
    }
    if (status == TH_OK) {
        status =
            th_parcel_bulk_insert(w->run->store, job->versions, job->n, th_work_seq(w->work), err);
    }
    for (size_t i = 0; i < job->n && status == TH_OK; i++) {
        status = row_written(w, &job->ready[i].row_hash, err);
    }
    return status;
}

// Fills a job with the next rows; empty behind the last.
static void job_fill(struct writing *w, struct job *job, size_t *at)
{
    job->run = w->run;
    job->import_id = w->import_id;
    job->day = w->day;
    job->n = 0;
    while (job->n < ROWS_A_JOB) {
        const struct th_staged_row *row = next_row(w, at);
        if (row == NULL) {
            return;
        }
        job->rows[job->n++] = row;
    }
}

// Jobs come back in the order in which they were given, so that the oldest is the next to be free.
static enum th_status insert_all(struct writing *w, struct th_crew *crew, struct job *jobs,
                                 size_t n_jobs, struct th_error *err)
{
    size_t at = 0;
    size_t n_given = 0;
    bool more = true;
    enum th_status status = th_parcel_bulk_begin(w->run->store, err);
    while (status == TH_OK) {
        while (more && th_crew_has_room(crew)) {
            struct job *job = &jobs[n_given % n_jobs];
            job_fill(w, job, &at);
            more = job->n > 0;
            if (!more) {
                break;
            }
            th_crew_give(crew, job);
            n_given++;
        }
        const struct job *done = th_crew_take(crew);
        if (done == NULL) {
            break;
        }
        status = insert_job(w, done, err);
    }
    return status == TH_OK ? th_parcel_bulk_end(w->run->store, err) : status;
}

// One hand fewer than cores, since this thread is busy inserting.
static enum th_status write_many(struct writing *w, struct th_error *err)
{
    struct hand hands[TH_CREW_HANDS_MAX] = {0};
    void *contexts[TH_CREW_HANDS_MAX];
    unsigned cores = th_crew_cores();
    unsigned n_hands = cores > 1 ? cores - 1 : 1;
    size_t n_jobs = (size_t)n_hands * OPEN_JOBS_PER_HAND;
    struct th_crew *crew = NULL;
    struct job *jobs = calloc(n_jobs, sizeof(*jobs));
    if (jobs == NULL) {
        return th_error_no_memory(err);
    }
    for (unsigned i = 0; i < n_hands; i++) {
        contexts[i] = &hands[i];
    }
    enum th_status status = th_crew_new(prepare, contexts, n_hands, n_jobs, &crew, err);
    if (status == TH_OK) {
        status = insert_all(w, crew, jobs, n_jobs, err);
    }
    th_crew_free(crew);
    for (unsigned i = 0; i < n_hands; i++) {
        free(hands[i].wkb);
    }
    for (size_t i = 0; i < n_jobs * ROWS_A_JOB; i++) {
        th_parcel_row_clear(&jobs[i / ROWS_A_JOB].ready[i % ROWS_A_JOB]);
    }
    free(jobs);
    return status;
}

enum th_status th_import_write_rows(struct th_import_run *run, int64_t import_id,
                                    const struct th_work *work, struct th_hasher *rows_hash,
                                    struct th_error *err)
{
    int64_t last_version = 0;
    struct writing w = {.run = run, .work = work, .rows_hash = rows_hash, .import_id = import_id};
    enum th_status status = th_act_day(work, run->options->on, &w.day, err);
    if (status == TH_OK) {
        status = th_parcel_heads(run->store, &w.last_parcel, &last_version, err);
    }
    if (status != TH_OK) {
        return status;
    }
    return run->n_accepted < TH_IMPORT_BULK_MIN ? write_few(&w, err) : write_many(&w, err);
}
