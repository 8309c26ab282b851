#include "registry/rule.h"

#include <inttypes.h>
#include <stdio.h>

#include "registry/act.h"
#include "registry/reference.h"
#include "registry/registry_internal.h"
#include "registry/reply.h"
#include "registry/rules.h"
#include "store/people/rule_store.h"

static struct th_json *decided_json(const struct th_county_rule *rule)
{
    char since[TH_DATE_TEXT_SIZE];
    struct th_json *json = th_json_object();
    th_json_set_int(json, "rule_id", rule->rule_id);
    th_json_set_text(json, "name", rule->name);
    th_json_set_text(json, "value", rule->value);
    th_json_set_text(json, "since", th_date_format(rule->since, since));
    th_json_set_text(json, "reason", rule->reason);
    th_json_set(json, "document_id",
                rule->document_id != 0 ? th_json_int(rule->document_id) : th_json_null());
    return json;
}

// What was judged before stays explainable: no rule begins in the past.
static enum th_status since_parse(const struct th_work *work, const char *text,
                                  struct th_date *ret_since, struct th_error *err)
{
    struct th_date today = th_work_today(work);
    struct th_date since = today;
    char buf[TH_DATE_TEXT_SIZE];
    enum th_status status = text == NULL ? TH_OK : th_date_parse(text, &since, err);
    if (status == TH_OK && th_date_compare(since, today) < 0) {
        status = th_error_set(err, TH_INVALID, "rule_past", "since", text, "today",
                              th_date_format(today, buf), NULL);
    }
    if (status == TH_OK) {
        *ret_since = since;
    }
    return status;
}

static enum th_status rule_record(struct th_work *work, const struct th_rule_set_options *options,
                                  struct th_county_rule *rule, struct th_hash *ret_sha256,
                                  struct th_error *err)
{
    enum th_status status = since_parse(work, options->since, &rule->since, err);
    rule->name = options->name;
    rule->reason = options->reason;
    rule->login = th_work_actor(work)->login;
    rule->seq = th_work_seq(work);
    if (status == TH_OK && options->document != NULL) {
        status = th_document_record(work, options->document, &rule->document_id, ret_sha256, err);
    }
    return status == TH_OK ? th_county_rule_insert(th_work_store(work), rule, &rule->rule_id, err)
                           : status;
}

enum th_status th_rule_set(struct th_registry *registry, const struct th_request *request,
                           const struct th_rule_set_options *options, struct th_json **ret_reply,
                           struct th_error *err)
{
    struct th_work *work = NULL;
    char value[TH_RULE_VALUE_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    char subject[48];
    struct th_hash sha256;
    struct th_county_rule rule = {.value = value};
    enum th_status status = th_act_check_reason(options->reason, err);
    if (status == TH_OK) {
        status = th_rule_value_check(options->name, options->value, value, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *input = th_json_object();
    th_json_set_text(input, "name", options->name);
    th_json_set_text(input, "value", options->value);
    th_json_set_text(input, "since", options->since);
    th_json_set_text(input, "reason", options->reason);
    th_json_set_text(input, "document", options->document);
    const struct th_work_documents documents = {&options->document, 1};
    status = th_work_begin_reading(registry, request, TH_MAY_TERMS, "rule.set", input, &documents,
                                   &work, ret_reply, err);
    th_json_free(input);
    if (status != TH_OK || work == NULL) {
        return status;
    }
    struct th_json *body = NULL;
    struct th_json *reply = NULL;
    status = rule_record(work, options, &rule, &sha256, err);
    if (status == TH_OK) {
        body = decided_json(&rule);
        reply = th_json_copy(body);
        if (rule.document_id != 0) {
            th_json_set_text(body, "document_sha256", th_hash_hex(&sha256, hex));
        }
    }
    (void)snprintf(subject, sizeof(subject), "rule:%" PRId64, rule.rule_id);
    return th_work_end(work, status, subject, body, reply, ret_reply, err);
}

static bool list_one(void *context, const struct th_county_rule *rule)
{
    struct th_json *item = decided_json(rule);
    th_json_set_text(item, "login", rule->login);
    th_json_set_int(item, "seq", rule->seq);
    th_json_append(context, item);
    return true;
}

static struct th_json *in_force_json(const struct th_rules *rules)
{
    struct th_json *list = th_json_array();
    for (size_t i = 0; i < th_rule_specs_count; i++) {
        const struct th_rule_spec *spec = &th_rule_specs[i];
        char value[TH_RULE_VALUE_SIZE] = "";
        char range[64];
        (void)th_rules_value(rules, spec->name, value);
        if (spec->words != NULL) {
            (void)snprintf(range, sizeof(range), "%s", spec->words);
        } else {
            (void)snprintf(range, sizeof(range), "%.9g – %.9g", spec->low, spec->high);
        }
        struct th_json *item = th_json_object();
        th_json_set_text(item, "name", spec->name);
        th_json_set_text(item, "value", value);
        th_json_set_text(item, "range", range);
        th_json_append(list, item);
    }
    return list;
}

enum th_status th_rule_list(struct th_registry *registry, const char *on,
                            struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_date day = th_registry_today(registry);
    struct th_rules rules;
    char text[TH_DATE_TEXT_SIZE];
    enum th_status status = on == NULL ? TH_OK : th_date_parse(on, &day, err);
    if (status == TH_OK) {
        status = th_store_begin_read(store, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = th_json_object();
    struct th_json *decided = th_json_array();
    status = th_rules_load(store, day, &rules, err);
    if (status == TH_OK) {
        status = th_county_rule_each(store, (struct th_date){0}, list_one, decided, err);
    }
    th_store_end_read(store);
    if (status == TH_OK) {
        th_json_set_text(reply, "on", th_date_format(day, text));
        th_json_set_text(reply, "id", rules.id);
        th_json_set(reply, "rules", in_force_json(&rules));
        th_json_set(reply, "decided", th_json_copy(decided));
    }
    th_json_free(decided);
    return th_reply_finish(status, reply, ret_reply, err);
}
