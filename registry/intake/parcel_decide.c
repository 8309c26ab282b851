// One row and what stands against it: the same ground twice keeps it out, narrow strips are taken
// off it, and what an officer waived is taken off as well, so that no ground is counted twice.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/area_unit.h"
#include "registry/intake/parcel_internal.h"
#include "store/estimate/package_store.h"
#include "store/ground/parcel_life_store.h"

enum { FINDINGS_SHOWN = 5 }; // of one row and one kind

void th_import_findings_clear(struct th_import_run *run)
{
    for (size_t i = 0; i < run->n_findings; i++) {
        free(run->findings[i].wkb);
    }
    free(run->findings);
    run->findings = NULL;
    run->n_findings = run->findings_capacity = 0;
}

static enum th_status finding_push(struct th_import_run *run, struct th_staged_finding finding,
                                   struct th_error *err)
{
    if (run->n_findings == run->findings_capacity) {
        size_t capacity = run->findings_capacity == 0 ? 64 : 2 * run->findings_capacity;
        struct th_staged_finding *grown = realloc(run->findings, capacity * sizeof(*grown));
        if (grown == NULL) {
            free(finding.wkb);
            return th_error_no_memory(err);
        }
        run->findings = grown;
        run->findings_capacity = capacity;
    }
    run->findings[run->n_findings++] = finding;
    return TH_OK;
}

// Keeps the finding; its polygon is drawn when all rows are decided. `problem` is what tells the
// clerk of it, TH_ROW_NO_PROBLEM without.
static enum th_status keep(struct th_import_run *run, const struct th_staged_row *row,
                           const struct th_claim *claim, enum th_finding_fate fate, size_t problem,
                           struct th_error *err)
{
    struct th_staged_finding kept = {.row = row->row,
                                     .claimant = claim->claimant,
                                     .other = claim->finding.other_id,
                                     .version = claim->version,
                                     .finding = claim->finding,
                                     .fate = fate,
                                     .problem = problem,
                                     .ground = row->ground};
    if (claim->claimant == TH_CLAIMANT_ROW) {
        kept.other_ground = run->rows[claim->finding.other_id].ground;
        kept.other = run->rows[claim->finding.other_id].row;
    } else if (claim->claimant == TH_CLAIMANT_LAYER) {
        kept.other_ground = claim->shape->ground;
    }
    return finding_push(run, kept, err);
}

static void describe_size(const struct th_overlap_finding *finding, struct th_error *what)
{
    char buf[TH_QUANTITY_TEXT_SIZE];
    struct th_area area = th_area_from_m2_300(0);
    if (th_area_from_m2(finding->area_m2, &area, NULL) != TH_OK) {
        area = th_area_from_m2_300(0); // cannot be: an intersection is smaller than its parcels
    }
    th_error_add(what, "area_m2", th_cent_format(th_area_m2_cent(area), buf));
    th_error_add(what, "area_mu", th_cent_format(th_area_mu_cent(area), buf));
    th_error_add(what, "percent", th_cent_format((int64_t)(finding->share * 10000 + 0.5), buf));
}

// Land under another scheme has no number that a clerk would know.
static void describe_claimant(const struct th_import_run *run, const struct th_claim *claim,
                              bool whole, struct th_error *what)
{
    static const char *const KINDS[] = {[TH_CLAIMANT_PARCEL] = "@other.parcel",
                                        [TH_CLAIMANT_LAYER] = "@other.layer",
                                        [TH_CLAIMANT_ROW] = "@other.row"};
    const struct th_layers_shape *shape = claim->shape;
    int64_t other = claim->finding.other_id;
    if (claim->claimant == TH_CLAIMANT_LAYER && whole) {
        th_error_add(what, "scheme", shape->scheme);
        th_error_add(what, "layer", shape->layer_name);
        th_error_add(what, "name", shape->name[0] != '\0' ? shape->name : shape->code);
        return;
    }
    th_error_add(what, "other_kind", claim->ended != NULL ? claim->ended : KINDS[claim->claimant]);
    if (claim->claimant == TH_CLAIMANT_LAYER) {
        th_error_add(what, "other", shape->layer_name);
    } else {
        th_error_add_int(what, "other",
                         claim->claimant == TH_CLAIMANT_ROW ? run->rows[other].row : other);
    }
}

static void describe(const struct th_import_run *run, const struct th_claim *claim,
                     double total_share, const char *key, struct th_error *ret_what)
{
    char buf[TH_QUANTITY_TEXT_SIZE];
    (void)th_error_set(ret_what, TH_DATA_PROBLEM, key, NULL);
    describe_claimant(run, claim, total_share < 0, ret_what);
    describe_size(&claim->finding, ret_what);
    if (total_share >= 0) {
        th_error_add(ret_what, "total_percent",
                     th_cent_format((int64_t)(total_share * 10000 + 0.5), buf));
    }
}

static const char *overlap_key(const struct th_claim *claim)
{
    if (claim->finding.kind < TH_OVERLAP_AREA) {
        return NULL;
    }
    if (claim->claimant == TH_CLAIMANT_LAYER) {
        return "overlap_other_scheme";
    }
    if (claim->finding.kind == TH_OVERLAP_DUPLICATE) {
        return "duplicate";
    }
    return claim->claimant == TH_CLAIMANT_ROW ? "overlap_in_source" : "overlap_registered";
}

// What is told of ground that an officer let in, in place of how to put it right.
static const char *waived_key(const struct th_claim *claim)
{
    return claim->claimant == TH_CLAIMANT_LAYER ? "overlap_waived_scheme" : "overlap_waived";
}

// Did the claim's parcel come, or get this ground, or the layer of the other scheme, after the
// draft that is confirmed was last looked at? Then nobody can have let the row in over it.
static enum th_status came_since(const struct th_import_run *run, const struct th_claim *claim,
                                 bool *ret_since, struct th_error *err)
{
    struct th_layer layer;
    int64_t seq = 0;
    *ret_since = false;
    if (run->options->draft_sha256 == NULL || claim->claimant == TH_CLAIMANT_ROW) {
        return TH_OK;
    }
    if (claim->claimant == TH_CLAIMANT_LAYER) {
        enum th_status status = th_layer_load(run->store, claim->shape->layer_id, &layer, err);
        *ret_since = status == TH_OK && layer.seq > run->options->draft_seq;
        return status;
    }
    enum th_status status = th_parcel_ground_seq(run->store, claim->finding.other_id, &seq, err);
    *ret_since = seq > run->options->draft_seq;
    return status;
}

// May an officer let the row in? Not where it is the ground of another parcel once more, nor while
// nobody knows all that claims it, nor over what was not there to be looked at.
static enum th_status may_be_waived(const struct th_import_run *run,
                                    const struct th_staged_row *row, const struct th_claims *claims,
                                    bool *ret_may, struct th_error *err)
{
    bool may = !claims->more && th_row_numbers_have(&run->waived, row->row);
    enum th_status status = TH_OK;
    for (size_t i = 0; status == TH_OK && may && i < claims->n; i++) {
        bool since = false;
        status = came_since(run, &claims->items[i], &since, err);
        may = !since && (claims->items[i].finding.kind != TH_OVERLAP_DUPLICATE ||
                         claims->items[i].claimant == TH_CLAIMANT_LAYER);
    }
    *ret_may = may;
    return status;
}

// The same ground twice, or too much of it: refuses the row and says with whom, unless an officer
// waived it. What was waived is on record to the last piece; of a refused row a few are enough.
static enum th_status settle_overlaps(struct th_import_run *run, struct th_staged_row *row,
                                      const struct th_claims *claims, double *waived_m2,
                                      struct th_error *err)
{
    bool waived = false;
    enum th_status status = may_be_waived(run, row, claims, &waived, err);
    for (size_t i = 0, shown = 0; status == TH_OK && i < claims->n; i++) {
        const struct th_claim *claim = &claims->items[i];
        const char *key = overlap_key(claim);
        if (key == NULL || (!waived && shown == FINDINGS_SHOWN)) {
            continue;
        }
        size_t problem = TH_ROW_NO_PROBLEM;
        if (shown++ < FINDINGS_SHOWN) {
            struct th_error what;
            describe(run, claim, -1, waived ? waived_key(claim) : key, &what);
            problem = run->resolved.n;
            th_problems_add(&run->resolved, row->row, row->feature,
                            waived ? TH_PROBLEM_WARNING : TH_PROBLEM_ERROR, key, &what);
        }
        status =
            keep(run, row, claim, waived ? TH_FINDING_WAIVED : TH_FINDING_REFUSED, problem, err);
        if (waived) {
            *waived_m2 += claim->finding.area_m2;
        } else {
            row->fate = TH_ROW_REFUSED;
        }
    }
    return status;
}

// What others hold of the row is taken off it; nothing may be left of it.
static enum th_status take_off(struct th_import_run *run, struct th_staged_row *row, double held_m2,
                               struct th_error *err)
{
    if (held_m2 < th_area_m2(row->measured)) {
        return th_area_from_m2(held_m2, &row->sliver, err);
    }
    struct th_error what;
    (void)th_error_set(&what, TH_DATA_PROBLEM, "overlap_everything", NULL);
    th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_ERROR, "overlap_registered",
                    &what);
    row->fate = TH_ROW_REFUSED;
    return TH_OK;
}

// Narrow strips are taken off the later parcel, unless they are too much in total. All that is
// taken off is on record; the clerk reads of a few.
static enum th_status take_slivers(struct th_import_run *run, struct th_staged_row *row,
                                   const struct th_claims *claims, double waived_m2,
                                   struct th_error *err)
{
    double total_m2 = 0;
    for (size_t i = 0; i < claims->n; i++) {
        if (claims->items[i].finding.kind == TH_OVERLAP_SLIVER) {
            total_m2 += claims->items[i].finding.area_m2;
        }
    }
    double share = total_m2 / th_area_m2(row->measured);
    bool too_much = share > run->rules->overlap.sliver_total_share;
    enum th_status status = TH_OK;
    for (size_t i = 0, shown = 0; status == TH_OK && i < claims->n; i++) {
        const struct th_claim *claim = &claims->items[i];
        if (claim->finding.kind != TH_OVERLAP_SLIVER || (too_much && shown == FINDINGS_SHOWN)) {
            continue;
        }
        size_t problem = TH_ROW_NO_PROBLEM;
        if (shown++ < FINDINGS_SHOWN) {
            struct th_error what;
            describe(run, claim, share, too_much ? "sliver_total" : "sliver", &what);
            problem = run->resolved.n;
            th_problems_add(&run->resolved, row->row, row->feature,
                            too_much ? TH_PROBLEM_ERROR : TH_PROBLEM_WARNING, "sliver", &what);
        }
        status = keep(run, row, claim, too_much ? TH_FINDING_REFUSED : TH_FINDING_TAKEN_OFF,
                      problem, err);
    }
    if (too_much) {
        row->fate = TH_ROW_REFUSED;
    }
    if (status != TH_OK || too_much || total_m2 + waived_m2 <= 0) {
        return status;
    }
    return take_off(run, row, total_m2 + waived_m2, err);
}

// A county's parcels are neither a few steps wide nor as large as townships: a coordinate that
// went astray, or a boundary of something else, is more likely. Only a person knows.
static void remark_size(struct th_import_run *run, const struct th_staged_row *row)
{
    char buf[TH_QUANTITY_TEXT_SIZE];
    struct th_area limit = th_area_from_m2_300(0);
    struct th_error what;
    double mu_m2 = th_area_unit_m2(TH_AREA_UNIT_MU);
    double area_mu = th_area_m2(row->measured) / mu_m2;
    bool small = area_mu < run->rules->parcel_smallest_mu;
    if (!small && area_mu <= run->rules->parcel_largest_mu) {
        return;
    }
    double limit_mu = small ? run->rules->parcel_smallest_mu : run->rules->parcel_largest_mu;
    if (th_area_from_m2(limit_mu * mu_m2, &limit, NULL) != TH_OK) {
        return; // cannot be: the range of the rule is narrower
    }
    (void)th_error_set(&what, TH_DATA_PROBLEM, small ? "parcel_small" : "parcel_large", NULL);
    th_error_add(&what, "area_mu", th_cent_format(th_area_mu_cent(row->measured), buf));
    th_error_add(&what, "area_m2", th_cent_format(th_area_m2_cent(row->measured), buf));
    th_error_add(&what, "limit_mu", th_cent_format(th_area_mu_cent(limit), buf));
    th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &what);
}

enum th_status th_import_decide(struct th_import_run *run, struct th_staged_row *row,
                                const struct th_claims *claims, struct th_error *err)
{
    double waived_m2 = 0;
    row->compared = true;
    enum th_status status = settle_overlaps(run, row, claims, &waived_m2, err);
    if (status == TH_OK && claims->more && th_row_numbers_have(&run->waived, row->row)) {
        struct th_error what;
        (void)th_error_set(&what, TH_DATA_PROBLEM, "overlap_too_many", NULL);
        th_error_add_int(&what, "limit", TH_FABRIC_OVERLAPS_MAX);
        th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_ERROR, NULL, &what);
    }
    if (status == TH_OK && row->fate == TH_ROW_PENDING) {
        status = take_slivers(run, row, claims, waived_m2, err);
    }
    if (status == TH_OK && row->fate == TH_ROW_PENDING) {
        row->fate = TH_ROW_ACCEPTED;
        remark_size(run, row);
    }
    return status;
}

// A package counts from its draft on; a parcel that was split or merged while it stood in one keeps
// its ground there, and nobody else may count it for that time.
enum th_status th_import_decide_retired(struct th_import_run *run, const struct th_staged_row *row,
                                        const struct th_overlap_finding *finding,
                                        struct th_error *err)
{
    const struct th_date first = {1900, 1, 1};
    const struct th_date last = {9999, 12, 31};
    int64_t package_id = 0;
    enum th_status status =
        th_package_rival(run->store, 0, finding->other_id, first, last, &package_id, err);
    if (status != TH_OK || package_id == 0) {
        return status;
    }
    const struct th_claim claim = {.claimant = TH_CLAIMANT_PARCEL, .finding = *finding};
    struct th_error what;
    describe(run, &claim, -1, "overlap_retired", &what);
    th_error_add_int(&what, "package", package_id);
    th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &what);
    return TH_OK;
}
