#include "store/revenue/cadtrust_store.h"

#include "store/db_internal.h"

enum th_status th_cadtrust_package_each(struct th_store *store,
                                        bool (*visit)(void *context,
                                                      const struct th_cadtrust_package *package),
                                        void *context, struct th_error *err)
{
    static const char SQL[] =
        "SELECT k.package_id, k.name, k.state, j.at_utc, k.methodology, k.version, m.document, "
        "h.name, k.from_on, k.to_on, k.run_id, "
        "CASE WHEN k.verified_by IS NOT NULL THEN coalesce(v.name, s.name, k.verified_by) "
        "ELSE s.name END, "
        "(SELECT group_concat(place, '; ') FROM (SELECT DISTINCT g.township || ' ' || g.name || "
        "' (' || g.code || ')' AS place FROM package_parcel a JOIN parcel p USING (parcel_id) "
        "JOIN village g ON g.code = p.village WHERE a.package_id = k.package_id ORDER BY "
        "g.code)), b.west, b.south, b.east, b.north "
        "FROM package k JOIN party h ON h.party_id = k.holder_id "
        "JOIN methodology m ON m.id = k.methodology AND m.version = k.version "
        "LEFT JOIN journal j ON j.seq = k.seq LEFT JOIN user_account u ON u.login = k.verified_by "
        "LEFT JOIN party v ON v.party_id = u.party_id LEFT JOIN party s ON s.party_id = "
        "k.stated_by LEFT JOIN (SELECT a.package_id, min(ST_MinX(r.geom)) AS west, "
        "min(ST_MinY(r.geom)) AS south, max(ST_MaxX(r.geom)) AS east, max(ST_MaxY(r.geom)) AS "
        "north FROM package_parcel a JOIN parcel_version r USING (parcel_id, version) GROUP BY "
        "a.package_id) b ON b.package_id = k.package_id "
        "WHERE k.submitted_by IS NOT NULL AND k.state IN ('submitted', 'verified', 'issued', "
        "'withdrawn') ORDER BY k.package_id";
    struct th_stmt *q = th_db_query(store, SQL);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_cadtrust_package package = {.package_id = th_column_int(q, 0),
                                                    .name = th_column_text(q, 1),
                                                    .state = th_column_text(q, 2),
                                                    .changed_utc = th_column_int(q, 3),
                                                    .methodology = th_column_text(q, 4),
                                                    .version = th_column_text(q, 5),
                                                    .document = th_column_text(q, 6),
                                                    .holder = th_column_text(q, 7),
                                                    .from = th_column_date(q, 8),
                                                    .to = th_column_date(q, 9),
                                                    .run_id = th_column_int(q, 10),
                                                    .verifier = th_column_text(q, 11),
                                                    .places = th_column_text(q, 12),
                                                    .has_box = !th_column_is_null(q, 13),
                                                    .west_deg = th_column_real(q, 13),
                                                    .south_deg = th_column_real(q, 14),
                                                    .east_deg = th_column_real(q, 15),
                                                    .north_deg = th_column_real(q, 16)};
        go_on = visit(context, &package);
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_cadtrust_year_each(struct th_store *store, int64_t run_id,
                                     bool (*visit)(void *context, int year, struct th_carbon net),
                                     void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT year, sum(net_kg) FROM estimate_line WHERE run_id = ?1 "
                              "GROUP BY year ORDER BY year";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, run_id);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        go_on = visit(context, (int)th_column_int(q, 0), th_column_carbon(q, 1));
    }
    th_stmt_done(q);
    return status;
}

enum th_status th_cadtrust_instant(struct th_store *store, int64_t seq, int64_t *ret_utc,
                                   struct th_error *err)
{
    static const char SQL[] = "SELECT at_utc FROM journal WHERE seq = ?1";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_int(q, 1, seq);
    int64_t at_utc = -1;
    enum th_status status = th_stmt_int(q, -1, &at_utc, err);
    if (status == TH_OK && at_utc < 0) {
        status = th_error_set(err, TH_CORRUPT, "journal_entry_missing", NULL);
        th_error_add_int(err, "seq", seq);
    }
    if (status == TH_OK) {
        *ret_utc = at_utc;
    }
    return status;
}
