#include "store/estimate/account_store.h"

#include "store/db_internal.h"

#define SQL_PACKAGES                                                                               \
    "SELECT k.package_id, k.name, h.name, k.state, k.methodology, k.from_on, k.to_on, "            \
    "(SELECT coalesce(sum(issued_t), 0) FROM issuance i WHERE i.package_id = k.package_id), "      \
    "(SELECT coalesce(sum(buffer_t), 0) FROM issuance i WHERE i.package_id = k.package_id), "      \
    "(SELECT coalesce(sum(min(s.first_kg + s.mass_kg, i.issued_t * 1000) - s.first_kg), 0) FROM "  \
    "issuance i JOIN issuance_segment s USING (issuance_id) JOIN parcel p USING (parcel_id) "      \
    "WHERE i.package_id = k.package_id AND s.first_kg < i.issued_t * 1000 AND (?2 IS NULL OR "     \
    "p.village = ?2)) FROM package k JOIN party h ON h.party_id = k.holder_id "

enum th_status th_account_package_each(struct th_store *store, enum th_account_role role,
                                       int64_t party_id, const char *village,
                                       bool (*visit)(void *context,
                                                     const struct th_account_package *package),
                                       void *context, struct th_error *err)
{
    static const char SQL_HOLDER[] = SQL_PACKAGES "WHERE k.holder_id = ?1 ORDER BY k.package_id";
    static const char SQL_VERIFIER[] =
        SQL_PACKAGES "LEFT JOIN user_account u ON u.login = k.verified_by WHERE u.party_id = ?1 "
                     "OR k.stated_by = ?1 ORDER BY k.package_id";
    static const char SQL_VILLAGE[] = SQL_PACKAGES
        "WHERE k.holder_id = ?1 OR EXISTS (SELECT 1 FROM package_parcel a JOIN parcel p USING "
        "(parcel_id) WHERE a.package_id = k.package_id AND p.village = ?2) "
        "ORDER BY k.package_id";
    const char *sql = role == TH_ACCOUNT_HOLDER     ? SQL_HOLDER
                      : role == TH_ACCOUNT_VERIFIER ? SQL_VERIFIER
                                                    : SQL_VILLAGE;
    struct th_stmt *q = th_db_query(store, sql);
    th_bind_int(q, 1, party_id);
    th_bind_text(q, 2, role == TH_ACCOUNT_VILLAGE ? village : NULL);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_account_package package = {.package_id = th_column_int(q, 0),
                                                   .name = th_column_text(q, 1),
                                                   .holder = th_column_text(q, 2),
                                                   .state = th_column_text(q, 3),
                                                   .methodology = th_column_text(q, 4),
                                                   .from = th_column_date(q, 5),
                                                   .to = th_column_date(q, 6),
                                                   .issued = th_column_units(q, 7),
                                                   .buffer = th_column_units(q, 8),
                                                   .contributed = th_column_carbon(q, 9)};
        go_on = visit(context, &package);
    }
    th_stmt_done(q);
    return status;
}
