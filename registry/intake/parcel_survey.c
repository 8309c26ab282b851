// From a source to rows that are ground. The reader's process delivers batches; the thread that
// reads them takes the attributes, the others survey the shapes, and the rows are put together in
// the order of the file whatever the number of threads.
#include <stdlib.h>
#include <string.h>

#include "core/crew.h"
#include "core/text.h"
#include "gis/surveyor.h"
#include "registry/intake/parcel_internal.h"

enum {
    OPEN_JOBS_PER_HAND = 3,
    LATER_POINTS_MAX = 500000 // of shapes that are kept until repairs are proposed
};

// A row that is not ground, and what might be made of it.
struct failure {
    size_t index; // in the batch
    enum th_status status;
    struct th_error problem;
    struct th_repair repair; // zero unless the shape is not valid
    enum th_repair_method method;
    bool mended;              // by this method, which the caller had accepted
    struct th_geometry later; // the shape, where repairs are proposed after the reading
};

// A batch on its way through the crew.
struct job {
    struct th_reader_batch *batch;
    struct th_reader_row *rows; // those of the batch, mended ones in their place
    size_t first_row;           // position of its first row in the run
    const struct th_repair_rule *rule;
    struct th_survey *surveys;
    struct failure *failures;
    size_t n_failures;
    size_t failures_capacity;
    enum th_status status; // what ends the import
    struct th_error err;
};

// What one thread works with.
struct hand {
    struct th_surveyor *surveyor;
    struct th_repairer *repairer;
    size_t n_later; // points that it may yet keep
};

struct intake {
    struct th_import_run *run;
    struct th_reader *reader;
    struct th_mends *mends; // NULL without
    struct hand hands[TH_CREW_HANDS_MAX];
    unsigned n_hands;
    struct th_crew *crew;
};

enum th_status th_import_report(const struct th_import_run *run, const char *stage, int64_t done,
                                int64_t total, struct th_error *err)
{
    int64_t step = total > 1000 ? total / 1000 : 1;
    if (done != total && done % step != 0) {
        return TH_OK;
    }
    if (th_progress_report(run->progress, stage, done, total)) {
        return TH_OK;
    }
    return th_error_set(err, TH_INTERRUPTED, "interrupted", NULL);
}

void th_import_reject(struct th_import_run *run, struct th_staged_row *row, const char *code,
                      const struct th_error *problem)
{
    th_problems_add(&run->checked, row->row, row->feature, TH_PROBLEM_ERROR, code, problem);
    row->fate = TH_ROW_REJECTED;
    th_ground_free(row->ground);
    row->ground = NULL;
}

// Errors that speak of the row keep the row out; all others end the import.
static enum th_status judge(struct th_import_run *run, struct th_staged_row *row,
                            enum th_status status, const struct th_error *problem,
                            struct th_error *err)
{
    if (status == TH_DATA_PROBLEM) {
        bool outside = strcmp(problem->key, "outside_bounds") == 0;
        bool wide = strcmp(problem->key, "parcel_too_wide") == 0;
        th_import_reject(run, row, outside || wide ? "out_of_bounds" : NULL, problem);
        return TH_OK;
    }
    if (status == TH_UNREADABLE) {
        th_import_reject(run, row, "row_unreadable", problem);
        return TH_OK;
    }
    if (status == TH_OVERFLOW) { // an area that no registry of the earth can hold
        th_import_reject(run, row, "out_of_bounds", problem);
        return TH_OK;
    }
    if (err != NULL) {
        *err = *problem;
    }
    return status;
}

static void failure_clear(struct failure *failure)
{
    th_repair_clear(&failure->repair);
    th_geometry_clear(&failure->later);
}

static void job_free(struct job *job)
{
    if (job == NULL) {
        return;
    }
    for (size_t i = 0; job->surveys != NULL && i < job->batch->n_rows; i++) {
        th_ground_free(job->surveys[i].ground);
    }
    for (size_t i = 0; i < job->n_failures; i++) {
        failure_clear(&job->failures[i]);
    }
    th_reader_batch_free(job->batch);
    free(job->rows);
    free(job->surveys);
    free(job->failures);
    free(job);
}

static struct failure *failure_new(struct job *job, size_t index)
{
    if (job->n_failures == job->failures_capacity) {
        size_t capacity = job->failures_capacity == 0 ? 4 : 2 * job->failures_capacity;
        struct failure *grown = realloc(job->failures, capacity * sizeof(*grown));
        if (grown == NULL) {
            job->status = th_error_no_memory(&job->err);
            return NULL;
        }
        job->failures = grown;
        job->failures_capacity = capacity;
    }
    struct failure *failure = &job->failures[job->n_failures++];
    *failure = (struct failure){.index = index};
    return failure;
}

static bool is_invalid_shape(const struct failure *failure)
{
    return failure->status == TH_DATA_PROBLEM &&
           strcmp(failure->problem.key, "geometry_invalid") == 0;
}

// Proposals for a shape that is not valid, and the one that the caller accepted beforehand.
static void mend(struct hand *hand, struct job *job, struct failure *failure,
                 const struct th_geometry *shape)
{
    int64_t row = job->rows[failure->index].row;
    if (!th_import_repair_asked(job->rule, row) && shape->n_points <= hand->n_later) {
        hand->n_later -= shape->n_points;
        job->status = th_geometry_copy(shape, &failure->later, &job->err);
        return;
    }
    job->status = th_repair_propose(hand->repairer, shape, &failure->repair, &job->err);
    if (job->status != TH_OK ||
        !th_import_repair_accepted(job->rule, row, &failure->repair, &failure->method)) {
        return;
    }
    struct th_error problem;
    enum th_status status =
        th_survey_geometry(hand->surveyor, &failure->repair.by_method[failure->method].geometry,
                           &job->surveys[failure->index], &problem);
    failure->mended = status == TH_OK;
    if (status == TH_DATA_PROBLEM) {
        failure->status = status;
        failure->problem = problem;
    } else if (status != TH_OK) {
        job->status = status;
        job->err = problem;
    }
}

// Runs in a thread of the crew.
static void survey_batch(void *context, void *work)
{
    struct hand *hand = context;
    struct job *job = work;
    for (size_t i = 0; i < job->batch->n_rows && job->status == TH_OK; i++) {
        const struct th_reader_row *source = &job->rows[i];
        struct th_error problem;
        if (source->lost) {
            continue;
        }
        enum th_status status =
            th_survey(hand->surveyor, source->wkb, source->wkb_size, &job->surveys[i], &problem);
        if (status == TH_OK) {
            continue;
        }
        struct failure *failure = failure_new(job, i);
        if (failure == NULL) {
            return;
        }
        failure->status = status;
        failure->problem = problem;
        const struct th_geometry *shape = th_surveyor_shape(hand->surveyor);
        if (is_invalid_shape(failure) && shape != NULL) {
            mend(hand, job, failure, shape);
        }
    }
}

static enum th_status rows_append(struct th_import_run *run, const struct th_reader_batch *batch,
                                  size_t *ret_first, struct th_error *err)
{
    size_t wanted = run->n_rows + batch->n_rows;
    if (wanted > TH_PARCEL_IMPORT_ROWS_MAX) {
        enum th_status status = th_error_set(err, TH_LIMIT, "import_too_many", NULL);
        th_error_add_int(err, "limit", TH_PARCEL_IMPORT_ROWS_MAX);
        return status;
    }
    if (wanted > run->rows_capacity) {
        size_t capacity = run->rows_capacity < 512 ? 1024 : run->rows_capacity * 2;
        capacity = capacity < wanted ? wanted : capacity;
        struct th_staged_row *grown = realloc(run->rows, capacity * sizeof(*grown));
        if (grown == NULL) {
            return th_error_no_memory(err);
        }
        run->rows = grown;
        run->rows_capacity = capacity;
    }
    *ret_first = run->n_rows;
    for (size_t i = 0; i < batch->n_rows; i++) {
        run->rows[run->n_rows++] = (struct th_staged_row){.row = batch->rows[i].row,
                                                          .feature = batch->rows[i].feature,
                                                          .village = TH_ROW_NO_INDEX,
                                                          .kind = TH_ROW_NO_INDEX,
                                                          .land_class = TH_ROW_NO_INDEX};
    }
    return TH_OK;
}

// The row as it was mended; its shape then stands in *source.
static const struct th_reader_row *lay(struct intake *in, struct th_reader_row *source)
{
    char number[TH_PARCEL_NUMBER_SIZE];
    if (in->mends == NULL) {
        return source;
    }
    bool numbered = source->values != NULL && th_field_number(&in->run->map, source, number);
    const struct th_reader_row *laid = th_mends_lay(in->mends, source, numbered ? number : NULL);
    source->wkb = laid->wkb;
    source->wkb_size = laid->wkb_size;
    source->lost = laid->lost;
    return laid;
}

// A row that the caller leaves out is no fault; lists show whose it is.
static enum th_status leave_out(struct intake *in, const struct th_reader_row *laid,
                                struct th_staged_row *row, struct th_error *err)
{
    struct th_error problem;
    char number[TH_PARCEL_NUMBER_SIZE];
    if (laid->values != NULL && th_field_number(&in->run->map, laid, number)) {
        row->number = th_text_duplicate(number);
        if (row->number == NULL) {
            return th_error_no_memory(err);
        }
    }
    (void)th_error_set(&problem, TH_DATA_PROBLEM, "row_dropped", NULL);
    th_problems_add(&in->run->checked, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &problem);
    row->fate = TH_ROW_REJECTED;
    return TH_OK;
}

static enum th_status take_row(struct intake *in, struct th_reader_row *source,
                               struct th_staged_row *row, struct th_error *err)
{
    struct th_error problem;
    const struct th_reader_row *laid = lay(in, source);
    if (th_row_numbers_have(&in->run->dropped, source->row)) {
        return leave_out(in, laid, row, err);
    }
    if (th_import_is_shapeless(in->run) && laid->wkb != NULL) {
        (void)th_error_set(&problem, TH_DATA_PROBLEM, "attributes_alone_shape", NULL);
        th_import_reject(in->run, row, "geometry_type", &problem);
    }
    th_import_note_shape(in->run, laid);
    enum th_status status =
        laid->values == NULL ? TH_OK : th_fields_take(in->run, &in->run->map, laid, row, err);
    if (status != TH_OK || !laid->lost) {
        return status;
    }
    (void)th_error_set(&problem, TH_UNREADABLE,
                       row->number == NULL ? "row_unreadable" : "row_unreadable_parcel", "number",
                       row->number, "detail", laid->detail, "value", laid->value, NULL);
    th_error_add_int(&problem, "row", source->row);
    th_import_reject(in->run, row, "row_unreadable", &problem);
    return TH_OK;
}

// Takes the attributes of a batch and hands it to the crew. Owns `batch` from here on.
static enum th_status batch_give(struct intake *in, struct th_reader_batch *batch,
                                 struct th_error *err)
{
    struct th_import_run *run = in->run;
    struct job *job = calloc(1, sizeof(*job));
    if (job == NULL) {
        th_reader_batch_free(batch);
        return th_error_no_memory(err);
    }
    *job = (struct job){.batch = batch, .rule = &run->repair_rule};
    job->rows = calloc(batch->n_rows + 1, sizeof(*job->rows));
    job->surveys = calloc(batch->n_rows + 1, sizeof(*job->surveys));
    bool room = job->rows != NULL && job->surveys != NULL;
    enum th_status status = room ? TH_OK : th_error_no_memory(err);
    if (room) {
        memcpy(job->rows, batch->rows, batch->n_rows * sizeof(*job->rows));
    }
    if (status == TH_OK) {
        status = rows_append(run, batch, &job->first_row, err);
    }
    for (size_t i = 0; status == TH_OK && i < batch->n_rows; i++) {
        status = take_row(in, &job->rows[i], &run->rows[job->first_row + i], err);
    }
    if (status != TH_OK || in->crew == NULL) {
        job_free(job);
        return status;
    }
    th_crew_give(in->crew, job);
    return TH_OK;
}

static void take_survey(struct th_staged_row *row, struct th_survey *survey)
{
    row->ground = survey->ground;
    survey->ground = NULL;
    row->measured = survey->measured;
    row->perimeter_mm = survey->perimeter_mm;
    row->geometry_hash = survey->hash;
    row->placed = survey->placed;
    row->middle = (struct th_xy){(survey->box.west + survey->box.east) / 2,
                                 (survey->box.south + survey->box.north) / 2};
}

static enum th_status failure_merge(struct th_import_run *run, const struct job *job,
                                    struct failure *failure, struct th_error *err)
{
    struct th_staged_row *row = &run->rows[job->first_row + failure->index];
    const struct th_reader_row *source = &job->rows[failure->index];
    if (th_row_numbers_have(&run->dropped, row->row)) {
        return TH_OK;
    }
    if (failure->mended) {
        return th_import_repair_keep(run, row, source, &failure->problem, &failure->repair,
                                     failure->method, err);
    }
    if (!is_invalid_shape(failure)) {
        return judge(run, row, failure->status, &failure->problem, err);
    }
    struct th_error problem = failure->problem;
    th_import_repair_describe(&failure->repair, &problem);
    th_import_reject(run, row, "geometry_invalid", &problem);
    if (failure->later.n_points > 0) {
        return th_proposals_add(run, row->row, &failure->later, err);
    }
    return TH_OK;
}

// Puts what the crew found into the rows.
static enum th_status job_merge(struct intake *in, struct job *job, struct th_error *err)
{
    struct th_import_run *run = in->run;
    enum th_status status = job->status;
    if (status != TH_OK && err != NULL) {
        *err = job->err;
    }
    for (size_t i = 0; status == TH_OK && i < job->batch->n_rows; i++) {
        struct th_staged_row *row = &run->rows[job->first_row + i];
        if (!job->rows[i].lost) {
            take_survey(row, &job->surveys[i]);
        }
        if (row->fate == TH_ROW_REJECTED) {
            th_ground_free(row->ground);
            row->ground = NULL;
        }
    }
    for (size_t i = 0; status == TH_OK && i < job->n_failures; i++) {
        status = failure_merge(run, job, &job->failures[i], err);
    }
    return status;
}

enum th_status th_import_survey_row(struct th_import_run *run, struct th_surveyor *surveyor,
                                    const struct th_reader_row *source, struct th_staged_row *row,
                                    struct th_error *err)
{
    struct th_survey survey = {0};
    struct th_error problem;
    enum th_status status = th_survey(surveyor, source->wkb, source->wkb_size, &survey, &problem);
    take_survey(row, &survey);
    if (row->fate == TH_ROW_REJECTED) {
        th_ground_free(row->ground);
        row->ground = NULL;
    }
    return status == TH_OK ? TH_OK : judge(run, row, status, &problem, err);
}

// Waits for the oldest open job; *ret_any false when there was none.
static enum th_status job_take(struct intake *in, bool *ret_any, struct th_error *err)
{
    struct job *job = in->crew == NULL ? NULL : th_crew_take(in->crew);
    *ret_any = job != NULL;
    if (job == NULL) {
        return TH_OK;
    }
    enum th_status status = job_merge(in, job, err);
    job_free(job);
    return status;
}

static void hands_free(struct intake *in)
{
    struct job *open = in->crew == NULL ? NULL : th_crew_take(in->crew);
    for (; open != NULL; open = th_crew_take(in->crew)) {
        job_free(open);
    }
    th_crew_free(in->crew);
    for (unsigned i = 0; i < in->n_hands; i++) {
        th_surveyor_free(in->hands[i].surveyor);
        th_repairer_free(in->hands[i].repairer);
    }
}

// One hand a core: the thread that reads waits most of the time.
static enum th_status hands_hire(struct intake *in, struct th_error *err)
{
    void *contexts[TH_CREW_HANDS_MAX];
    unsigned wanted = th_crew_cores();
    enum th_status status = TH_OK;
    for (unsigned i = 0; status == TH_OK && i < wanted; i++) {
        struct hand *hand = &in->hands[i];
        contexts[i] = hand;
        in->n_hands = i + 1;
        hand->n_later = LATER_POINTS_MAX / wanted;
        status = th_surveyor_new(&in->run->how, &hand->surveyor, err);
        if (status == TH_OK) {
            status = th_repairer_new(&hand->repairer, err);
        }
    }
    if (status == TH_OK) {
        status = th_crew_new(survey_batch, contexts, in->n_hands,
                             (size_t)in->n_hands * OPEN_JOBS_PER_HAND, &in->crew, err);
    }
    return status;
}

// Without a usable reference system every row that can be read says so, and nothing is surveyed.
static void reject_unplaced(struct th_import_run *run, size_t first)
{
    for (size_t i = first; i < run->n_rows; i++) {
        if (run->rows[i].fate == TH_ROW_PENDING) {
            th_import_reject(run, &run->rows[i], run->unplaced_code, &run->unplaced);
        }
    }
}

static enum th_status read_all(struct intake *in, struct th_reader_batch *first_batch,
                               struct th_error *err)
{
    struct th_import_run *run = in->run;
    int64_t total = th_reader_info(in->reader)->n_features;
    enum th_status status = TH_OK;
    bool any = true;
    struct th_reader_batch *batch = first_batch;
    while (status == TH_OK && batch != NULL) {
        size_t first = run->n_rows;
        if (in->crew != NULL && !th_crew_has_room(in->crew)) {
            status = job_take(in, &any, err);
        }
        if (status == TH_OK) {
            status = batch_give(in, batch, err);
        } else {
            th_reader_batch_free(batch);
        }
        batch = NULL;
        if (status == TH_OK && run->unplaced.key[0] != '\0') {
            reject_unplaced(run, first);
        }
        if (status == TH_OK) {
            status = th_import_report(run, "read", (int64_t)run->n_rows, total, err);
        }
        if (status == TH_OK) {
            status = th_reader_next(in->reader, &batch, err);
        }
    }
    while (status == TH_OK && any) {
        status = job_take(in, &any, err);
    }
    return status;
}

static enum th_status mends_read(struct intake *in, struct th_error *err)
{
    struct th_import_run *run = in->run;
    run->mends_sha256 = calloc(run->options->n_mends, sizeof(*run->mends_sha256));
    if (run->mends_sha256 == NULL) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_mends_open(run, in->reader, &in->mends, err);
    if (status == TH_OK) {
        th_mends_digests(in->mends, run->mends_sha256);
    }
    return status;
}

enum th_status th_import_read(struct th_import_run *run, struct th_reader *reader,
                              struct th_reader_batch *first, struct th_error *err)
{
    struct intake *in = calloc(1, sizeof(*in));
    if (in == NULL) {
        th_reader_batch_free(first);
        return th_error_no_memory(err);
    }
    in->run = run;
    in->reader = reader;
    enum th_status status =
        th_field_map_make(run->options, reader, th_import_is_shapeless(run), &in->run->map, err);
    if (status == TH_OK) {
        status = th_import_shapeless_check(run, err);
    }
    if (status == TH_OK && run->options->n_mends > 0) {
        status = mends_read(in, err);
    }
    if (status == TH_OK && run->unplaced.key[0] == '\0' && !th_import_is_shapeless(run)) {
        status = hands_hire(in, err);
    }
    if (status == TH_OK) {
        status = read_all(in, first, err);
    } else {
        th_reader_batch_free(first);
    }
    if (status == TH_OK && in->mends != NULL) {
        status = th_mends_check(in->mends, err);
        run->mended = th_mends_count(in->mends);
    }
    hands_free(in);
    th_mends_free(in->mends);
    free(in);
    if (status == TH_OK && run->checked.no_memory) {
        status = th_error_no_memory(err);
    }
    return status;
}
