// One row and what stands against it: the same ground twice keeps it out, narrow strips are taken
// off it, and what an officer waived is taken off as well, so that no ground is counted twice.
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "registry/parcel_internal.h"

enum { FINDINGS_SHOWN = 5 }; // of one row and one kind

void th_import_findings_clear(struct th_import_run *run)
{
    for (size_t i = 0; i < run->n_findings; i++)
        free(run->findings[i].wkb);
    free(run->findings);
    run->findings = NULL;
    run->n_findings = run->findings_capacity = 0;
}

static enum th_status finding_push(struct th_import_run *run, struct th_staged_finding finding,
                                   struct th_error *err)
{
    if (run->n_findings == run->findings_capacity) {
        size_t capacity = run->findings_capacity == 0 ? 64 : 2 * run->findings_capacity;
        struct th_staged_finding *grown = realloc(run->findings, capacity * sizeof *grown);
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

// The ground that both sides claim; empty where the overlay leaves nothing to show.
static enum th_status common_ground(struct th_import_run *run, const struct th_staged_row *row,
                                    struct th_fabric_probe *probe, int64_t other_id,
                                    struct th_geometry *ret_common, struct th_error *err)
{
    if (other_id < 0)
        return th_fabric_common(probe, row->ground, run->rows[-other_id - 1].ground, ret_common,
                                err);
    unsigned char *wkb = NULL;
    size_t size = 0;
    struct th_ground *ground = NULL;
    enum th_status status = th_parcel_geometry_load(run->store, other_id, 0, &wkb, &size, err);
    if (status == TH_OK)
        status = th_ground_from_wkb(wkb, size, &ground, err);
    if (status == TH_OK)
        status = th_fabric_common(probe, row->ground, ground, ret_common, err);
    th_ground_free(ground);
    free(wkb);
    return status;
}

// Keeps the finding with its polygon; *ret_middle is where to look for it.
static enum th_status keep(struct th_import_run *run, const struct th_staged_row *row,
                           struct th_fabric_probe *probe, const struct th_overlap_finding *finding,
                           enum th_finding_fate fate, struct th_xy *ret_middle,
                           struct th_error *err)
{
    struct th_geometry common = {0};
    struct th_staged_finding kept = {
        .row = row->row,
        .other_is_row = finding->other_id < 0,
        .other = finding->other_id < 0 ? run->rows[-finding->other_id - 1].row : finding->other_id,
        .finding = *finding,
        .fate = fate};
    enum th_status status = common_ground(run, row, probe, finding->other_id, &common, err);
    if (status == TH_OK && common.n_points > 0) {
        struct th_box box = th_geometry_box(&common);
        *ret_middle = (struct th_xy){(box.west + box.east) / 2, (box.south + box.north) / 2};
        status = th_geometry_to_wkb(&common, &kept.wkb, &kept.wkb_size, err);
    }
    th_geometry_clear(&common);
    return status == TH_OK ? finding_push(run, kept, err) : status;
}

static void describe(const struct th_import_run *run, const struct th_overlap_finding *finding,
                     double total_share, const char *key, struct th_error *ret_what)
{
    char buf[TH_QUANTITY_TEXT_SIZE];
    struct th_area area = th_area_from_m2_300(0);
    if (th_area_from_m2(finding->area_m2, &area, NULL) != TH_OK)
        area = th_area_from_m2_300(0); // cannot be: an intersection is smaller than its parcels
    (void)th_error_set(ret_what, TH_DATA_PROBLEM, key, "other_kind",
                       finding->other_id < 0 ? "@other.row" : "@other.parcel", NULL);
    th_error_add_int(ret_what, "other",
                     finding->other_id < 0 ? run->rows[-finding->other_id - 1].row
                                           : finding->other_id);
    th_error_add(ret_what, "area_m2", th_cent_format(th_area_m2_cent(area), buf));
    th_error_add(ret_what, "area_mu", th_cent_format(th_area_mu_cent(area), buf));
    th_error_add(ret_what, "percent", th_cent_format((int64_t)(finding->share * 10000 + 0.5), buf));
    if (total_share >= 0)
        th_error_add(ret_what, "total_percent",
                     th_cent_format((int64_t)(total_share * 10000 + 0.5), buf));
}

static const char *overlap_key(const struct th_overlap_finding *finding)
{
    if (finding->kind == TH_OVERLAP_DUPLICATE)
        return "duplicate";
    if (finding->kind == TH_OVERLAP_AREA)
        return finding->other_id < 0 ? "overlap_in_source" : "overlap_registered";
    return NULL;
}

// The same ground twice, or too much of it: refuses the row and says with whom, unless an officer
// waived the overlap; a whole duplicate cannot be waived. *waived_m2 grows by what is taken off.
static enum th_status settle_overlaps(struct th_import_run *run, struct th_staged_row *row,
                                      struct th_fabric_probe *probe,
                                      const struct th_overlap_finding *findings, size_t n,
                                      double *waived_m2, struct th_error *err)
{
    bool let_in = th_row_numbers_have(&run->waived, row->row);
    enum th_status status = TH_OK;
    for (size_t i = 0, shown = 0; status == TH_OK && i < n && shown < FINDINGS_SHOWN; i++) {
        const char *key = overlap_key(&findings[i]);
        if (key == NULL)
            continue;
        bool waived = let_in && findings[i].kind == TH_OVERLAP_AREA;
        struct th_error what;
        struct th_xy middle = row->middle;
        describe(run, &findings[i], -1, key, &what);
        status = keep(run, row, probe, &findings[i],
                      waived ? TH_FINDING_WAIVED : TH_FINDING_REFUSED, &middle, err);
        if (waived)
            *waived_m2 += findings[i].area_m2;
        th_problems_add_at(&run->resolved, row->row, row->feature,
                           waived ? TH_PROBLEM_WARNING : TH_PROBLEM_ERROR, NULL, &what, middle);
        if (!waived)
            row->fate = TH_ROW_REFUSED;
        shown++;
    }
    return status;
}

// Narrow strips are taken off the later parcel, unless they are too much in total.
static enum th_status take_slivers(struct th_import_run *run, struct th_staged_row *row,
                                   struct th_fabric_probe *probe,
                                   const struct th_overlap_finding *findings, size_t n,
                                   double waived_m2, struct th_error *err)
{
    double total_m2 = 0;
    for (size_t i = 0; i < n; i++)
        total_m2 += findings[i].kind == TH_OVERLAP_SLIVER ? findings[i].area_m2 : 0;
    double share = total_m2 / th_area_m2(row->measured);
    bool too_much = share > run->rules->overlap.sliver_total_share;
    enum th_status status = TH_OK;
    for (size_t i = 0, shown = 0; status == TH_OK && i < n && shown < FINDINGS_SHOWN; i++) {
        if (findings[i].kind != TH_OVERLAP_SLIVER)
            continue;
        struct th_error what;
        struct th_xy middle = row->middle;
        describe(run, &findings[i], share, too_much ? "sliver_total" : "sliver", &what);
        status = keep(run, row, probe, &findings[i],
                      too_much ? TH_FINDING_REFUSED : TH_FINDING_TAKEN_OFF, &middle, err);
        th_problems_add_at(&run->resolved, row->row, row->feature,
                           too_much ? TH_PROBLEM_ERROR : TH_PROBLEM_WARNING, "sliver", &what,
                           middle);
        shown++;
    }
    if (too_much)
        row->fate = TH_ROW_REFUSED;
    if (status != TH_OK || too_much || total_m2 + waived_m2 <= 0)
        return status;
    if (total_m2 + waived_m2 >= th_area_m2(row->measured)) {
        struct th_error what;
        (void)th_error_set(&what, TH_DATA_PROBLEM, "overlap_everything", NULL);
        th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_ERROR,
                        "overlap_registered", &what);
        row->fate = TH_ROW_REFUSED;
        return TH_OK;
    }
    return th_area_from_m2(total_m2 + waived_m2, &row->sliver, err);
}

enum th_status th_import_decide(struct th_import_run *run, struct th_staged_row *row,
                                struct th_fabric_probe *probe,
                                const struct th_overlap_finding *findings, size_t n,
                                struct th_error *err)
{
    double waived_m2 = 0;
    row->compared = true;
    enum th_status status = settle_overlaps(run, row, probe, findings, n, &waived_m2, err);
    if (status == TH_OK && row->fate == TH_ROW_PENDING)
        status = take_slivers(run, row, probe, findings, n, waived_m2, err);
    if (status == TH_OK && row->fate == TH_ROW_PENDING)
        row->fate = TH_ROW_ACCEPTED;
    return status;
}

enum th_status th_import_decide_retired(struct th_import_run *run, const struct th_staged_row *row,
                                        const struct th_overlap_finding *finding,
                                        struct th_error *err)
{
    int64_t package_id = 0;
    enum th_status status = th_parcel_packaged(run->store, finding->other_id, &package_id, err);
    if (status != TH_OK || package_id == 0)
        return status;
    struct th_error what;
    describe(run, finding, -1, "overlap_retired", &what);
    th_error_add_int(&what, "package", package_id);
    th_problems_add(&run->resolved, row->row, row->feature, TH_PROBLEM_WARNING, NULL, &what);
    return TH_OK;
}
