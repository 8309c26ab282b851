// Which contracts of a table are taken: a contract stands or falls with all its rows.
#include <stdlib.h>
#include <string.h>

#include "registry/tenure/tenure_import_internal.h"

struct known {
    const struct th_tenure *wanted;
    int64_t tenure_id; // 0: none
    bool same;
};

static bool meet_known(void *context, const struct th_tenure *tenure)
{
    struct known *k = context;
    if (tenure->ended) {
        return true;
    }
    k->tenure_id = tenure->tenure_id;
    k->same = th_tenure_same_facts(tenure, k->wanted);
    return false;
}

struct counting {
    const struct th_tenure_run *m;
    size_t contract;
    size_t n; // shares that the registry has
    size_t n_same;
};

static bool count_share(void *context, const struct th_tenure_share *share)
{
    struct counting *c = context;
    c->n++;
    for (size_t i = 0; i < c->m->table.sheet.n; i++) {
        if (c->m->rows[i].contract == (int64_t)c->contract &&
            c->m->rows[i].parcel_id == share->parcel_id &&
            th_ratio_compare(c->m->rows[i].share, share->share) == 0) {
            c->n_same++;
        }
    }
    return true;
}

static void refuse(struct th_tenure_run *m, struct th_tenure_span span, const struct th_error *what)
{
    for (size_t i = 0; i < span.n; i++) {
        if (m->rows[span.rows[i]].fate != TH_TENURE_ROW_BAD) {
            th_tenure_problem(m, span.rows[i], "error", what);
        }
    }
}

// Nothing of a registered contract changes, but a scan of it may come later.
static enum th_status settle_known(struct th_tenure_run *m,
                                   const struct th_tenure_contract *contract, int64_t tenure_id,
                                   struct th_tenure_span span, struct th_error *err)
{
    bool missing = false;
    enum th_status status = th_tenure_scan_add(m, contract, tenure_id, span, &missing, err);
    for (size_t i = 0; i < span.n; i++) {
        struct th_tenure_row *row = &m->rows[span.rows[i]];
        row->fate = row->fate == TH_TENURE_ROW_BAD ? row->fate : TH_TENURE_ROW_UNCHANGED;
        m->n_unchanged += row->fate == TH_TENURE_ROW_UNCHANGED ? 1 : 0;
    }
    return status;
}

static enum th_status check_known(struct th_tenure_run *m, size_t index, struct th_tenure_span span,
                                  bool *ret_known, struct th_error *err)
{
    struct th_store *store = th_work_store(m->work);
    const struct th_tenure_contract *contract = &m->contracts[index];
    struct known known = {.wanted = &contract->facts};
    struct th_tenure_question question = {.holder_id = contract->facts.holder_id,
                                          .number = contract->facts.number};
    enum th_status status = th_tenure_each(store, &question, meet_known, &known, err);
    *ret_known = known.tenure_id != 0;
    if (status != TH_OK || known.tenure_id == 0) {
        return status;
    }
    struct counting counting = {.m = m, .contract = index};
    if (known.same) {
        status = th_tenure_share_each(store, 0, known.tenure_id, (struct th_date){0},
                                      (struct th_date){0}, count_share, &counting, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (known.same && counting.n == span.n && counting.n_same == span.n) {
        return settle_known(m, contract, known.tenure_id, span, err);
    }
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_changed", NULL);
    th_error_add_int(&what, "tenure", known.tenure_id);
    refuse(m, span, &what);
    return TH_OK;
}

// Would the parcel be given more than once?
static enum th_status check_share(struct th_tenure_run *m, size_t row,
                                  const struct th_tenure *facts, bool *ret_over,
                                  struct th_error *err)
{
    struct th_tenure_cover cover = {0};
    bool over = false;
    struct th_date on;
    struct th_ratio sum;
    enum th_status status = th_tenure_cover_load(th_work_store(m->work), m->rows[row].parcel_id,
                                                 facts->from, facts->to, &cover, err);
    struct th_tenure_share *grown =
        status != TH_OK ? NULL : realloc(cover.items, (cover.n + 1) * sizeof(*grown));
    if (status == TH_OK && grown == NULL) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        cover.items = grown;
        cover.items[cover.n++] = (struct th_tenure_share){.share = m->rows[row].share,
                                                          .from = facts->from,
                                                          .to = facts->to,
                                                          .carbon_right = facts->carbon_right};
        status =
            th_tenure_cover_find(&cover, facts->from, facts->to, false, 1, &over, &on, &sum, err);
    }
    if (status == TH_OK && over) {
        struct th_error what;
        char text[TH_DATE_TEXT_SIZE];
        char ratio[TH_RATIO_TEXT_SIZE];
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_share_over", "on",
                           th_date_format(on, text), "share", th_ratio_format_percent(sum, ratio),
                           NULL);
        th_error_add_int(&what, "parcel", m->rows[row].parcel_id);
        th_tenure_problem(m, row, "error", &what);
    }
    *ret_over = over;
    th_tenure_cover_clear(&cover);
    return status;
}

static enum th_status store_contract(struct th_tenure_run *m, struct th_tenure_contract *contract,
                                     struct th_tenure_span span, struct th_error *err)
{
    struct th_store *store = th_work_store(m->work);
    contract->facts.seq = th_work_seq(m->work);
    enum th_status status =
        th_tenure_insert(store, &contract->facts, &contract->facts.tenure_id, err);
    if (status == TH_OK) {
        status = th_tenure_scan_record(m, contract, contract->facts.tenure_id, err);
    }
    for (size_t i = 0; status == TH_OK && i < span.n; i++) {
        struct th_tenure_row *row = &m->rows[span.rows[i]];
        status = th_tenure_parcel_insert(store, contract->facts.tenure_id, row->parcel_id,
                                         row->share, err);
        row->fate = TH_TENURE_ROW_ACCEPTED;
        m->n_accepted++;
    }
    th_json_append_int(m->tenure_ids, contract->facts.tenure_id);
    return status;
}

static bool parcel_twice(const struct th_tenure_run *m, struct th_tenure_span span)
{
    for (size_t i = 0; i < span.n; i++) {
        for (size_t k = 0; k < i; k++) {
            if (m->rows[span.rows[i]].parcel_id == m->rows[span.rows[k]].parcel_id) {
                return true;
            }
        }
    }
    return false;
}

static enum th_status decide(struct th_tenure_run *m, size_t index, struct th_tenure_span span,
                             struct th_error *err)
{
    struct th_error what;
    bool bad = false;
    bool known = false;
    for (size_t i = 0; i < span.n; i++) {
        bad = bad || m->rows[span.rows[i]].fate == TH_TENURE_ROW_BAD;
    }
    if (!bad && parcel_twice(m, span)) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_parcel_twice", NULL);
        refuse(m, span, &what);
        return TH_OK;
    }
    enum th_status status = bad ? TH_OK : check_known(m, index, span, &known, err);
    if (status == TH_OK && !known) {
        bad = th_tenure_scan_missing(m, span) || bad;
    }
    for (size_t i = 0; status == TH_OK && !bad && !known && i < span.n; i++) {
        bool over = false;
        status = check_share(m, span.rows[i], &m->contracts[index].facts, &over, err);
        bad = bad || over;
    }
    if (status == TH_OK && bad) {
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_contract_refused", NULL);
        refuse(m, span, &what);
    } else if (status == TH_OK && !known) {
        status = store_contract(m, &m->contracts[index], span, err);
    }
    return status;
}

enum th_status th_tenure_decide_all(struct th_tenure_run *m, struct th_error *err)
{
    // Rows by contract: a counting sort keeps their order.
    size_t *starts = calloc(m->n_contracts + 2, sizeof(*starts));
    size_t *order = malloc((m->table.sheet.n + 1) * sizeof(*order));
    enum th_status status = starts == NULL || order == NULL ? th_error_no_memory(err) : TH_OK;
    for (size_t i = 0; status == TH_OK && i < m->table.sheet.n; i++) {
        starts[m->rows[i].contract + 2]++;
    }
    for (size_t i = 2; status == TH_OK && i < m->n_contracts + 2; i++) {
        starts[i] += starts[i - 1];
    }
    for (size_t i = 0; status == TH_OK && i < m->table.sheet.n; i++) {
        order[starts[m->rows[i].contract + 1]++] = i;
    }
    for (size_t i = 0; status == TH_OK && i < m->n_contracts; i++) {
        const struct th_tenure_span span = {order + starts[i], starts[i + 1] - starts[i]};
        status = decide(m, i, span, err);
    }
    free(starts);
    free(order);
    return status;
}
