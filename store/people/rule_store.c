#include "store/people/rule_store.h"

#include "store/db_internal.h"
#include "store/journal/entry_internal.h"

enum th_status th_county_rule_insert(struct th_store *store, const struct th_county_rule *rule,
                                     int64_t *ret_rule_id, struct th_error *err)
{
    static const char SQL[] =
        "INSERT INTO county_rule (name, value, since, reason, document_id, login, seq)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) RETURNING *";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_text(q, 1, rule->name);
    th_bind_text(q, 2, rule->value);
    th_bind_date(q, 3, rule->since);
    th_bind_text(q, 4, rule->reason);
    th_bind_id(q, 5, rule->document_id);
    th_bind_text(q, 6, rule->login);
    th_bind_int(q, 7, rule->seq);
    return th_entry_insert(q, "county_rule", ret_rule_id, err);
}

enum th_status th_county_rule_each(struct th_store *store, struct th_date day,
                                   bool (*visit)(void *context, const struct th_county_rule *rule),
                                   void *context, struct th_error *err)
{
    static const char SQL[] = "SELECT rule_id, name, value, since, reason, document_id, login, seq"
                              " FROM county_rule WHERE ?1 IS NULL OR since <= ?1"
                              " ORDER BY since, rule_id";
    struct th_stmt *q = th_db_query(store, SQL);
    th_bind_date(q, 1, day);
    enum th_status status = TH_OK;
    bool go_on = true;
    while (go_on && th_stmt_next(q, &status, err)) {
        const struct th_county_rule rule = {.rule_id = th_column_int(q, 0),
                                            .name = th_column_text(q, 1),
                                            .value = th_column_text(q, 2),
                                            .since = th_column_date(q, 3),
                                            .reason = th_column_text(q, 4),
                                            .document_id = th_column_int(q, 5),
                                            .login = th_column_text(q, 6),
                                            .seq = th_column_int(q, 7)};
        go_on = visit(context, &rule);
    }
    th_stmt_done(q);
    return status;
}
