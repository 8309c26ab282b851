// Reading and proving the journal; checks over the whole file; backup.
#include "registry/audit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "core/buf.h"
#include "core/file.h"
#include "core/hash.h"
#include "registry/estimate/estimate.h"
#include "registry/key.h"
#include "registry/last_signed.h"
#include "registry/reply.h"
#include "registry/work.h"
#include "store/deal/lock_store.h"
#include "store/deal/money_store.h"
#include "store/deal/reversal_store.h"
#include "store/estimate/activity_store.h"
#include "store/estimate/plot_store.h"
#include "store/journal/head_store.h"
#include "store/journal/journal_store.h"
#include "store/ledger/ledger_store.h"
#include "store/rebuild_store.h"
#include "store/registry_store.h"
#include "store/revenue/outbox_store.h"

enum { LOG_LIMIT = 1000 };

static bool list_entry(void *context, const struct th_journal_entry *entry)
{
    char buf[TH_HASH_HEX_SIZE];
    struct th_json *body = NULL;
    struct th_json *object = th_json_object();
    th_json_set_int(object, "seq", entry->seq);
    th_json_set_text(object, "at", th_instant_format(entry->at_utc, buf));
    th_json_set_text(object, "login", entry->login);
    th_json_set_text(object, "system_user", entry->system_user);
    th_json_set_text(object, "kind", entry->kind);
    th_json_set_text(object, "subject", entry->subject);
    if (th_json_parse(entry->body, strlen(entry->body), &body, NULL) != TH_OK) {
        body = th_json_string(entry->body);
    }
    th_json_set(object, "body", body);
    th_json_set_text(object, "prev_hash", th_hash_hex(&entry->prev_hash, buf));
    th_json_set_text(object, "hash", th_hash_hex(&entry->hash, buf));
    th_json_append(context, object);
    return true;
}

enum th_status th_audit_log(struct th_registry *registry,
                            const struct th_audit_log_options *options, struct th_json **ret_reply,
                            struct th_error *err)
{
    struct th_json *entries = th_json_array();
    struct th_json *reply = th_json_object();
    enum th_status status = th_journal_each(
        th_registry_store(registry), options->subject, options->from > 0 ? options->from : 1,
        options->limit > 0 ? options->limit : LOG_LIMIT, list_entry, entries, err);
    th_json_set_int(reply, "n_entries", (int64_t)th_json_size(entries));
    th_json_set(reply, "entries", entries);
    return th_reply_finish(status, reply, ret_reply, err);
}

struct head_search {
    struct th_hash wanted;
    bool found;
};

static bool look_for_head(void *context, const struct th_journal_entry *entry)
{
    struct head_search *search = context;
    search->found = memcmp(&entry->hash, &search->wanted, sizeof(search->wanted)) == 0;
    return !search->found;
}

// A chain that was cut off at its end, or written anew, fits in itself: only a head noted outside
// the file tells.
static enum th_status find_head(struct th_store *store, const char *expected_head, bool *ret_found,
                                struct th_error *err)
{
    struct head_search search = {.found = false};
    enum th_status status = th_hash_parse(expected_head, &search.wanted, err);
    if (status == TH_OK) {
        status = th_journal_each(store, NULL, 1, INT64_MAX, look_for_head, &search, err);
    }
    if (status == TH_OK) {
        *ret_found = search.found;
    }
    return status;
}

// What is signed, by which keys, and how far.
struct signing {
    int64_t n_heads;
    int64_t broken_seq;      // of a head or of a key; 0: all hold
    int64_t n_unsigned_days; // that have ended without a head
    struct th_keys_verdict keys;
    enum th_key_state state;
    bool open_to_others; // the key's file
    int64_t signed_seq;  // what was signed last, as it is told beside the key; 0: not told
    bool unfinished;     // and has no head
    int64_t taken_seq;   // the first entry whose head was taken away; 0: none
};

// A line beside the key tells even where the key itself is not at hand; that there is no line is
// then no fault.
static enum th_status look_at_last(struct th_registry *registry, struct signing *signing,
                                   struct th_error *err)
{
    enum th_last_state last = TH_LAST_STANDS;
    enum th_status status = th_last_signed_judge(registry, &last, &signing->signed_seq, err);
    if (status == TH_OK && last == TH_LAST_REWRITTEN) {
        signing->state = TH_KEY_REWRITTEN;
    } else if (status == TH_OK && last == TH_LAST_UNTRUE) {
        signing->state = TH_KEY_UNRECORDED;
    }
    signing->unfinished = status == TH_OK && last == TH_LAST_UNFINISHED;
    return status;
}

static enum th_status look_at_key(struct th_registry *registry, struct signing *signing,
                                  struct th_error *err)
{
    struct th_key_found found = {.state = TH_KEY_NONE};
    int64_t seq = 0;
    enum th_status status = th_journal_head(th_registry_store(registry), &seq, err);
    if (status != TH_OK) {
        return status;
    }
    // A key that cannot be read is told by the heads that it should have signed.
    status = th_key_find(registry, seq, &found, err);
    th_sign_key_wipe(&found.key);
    signing->state = status == TH_OK ? found.state : TH_KEY_NONE;
    signing->open_to_others = status == TH_OK && found.open_to_others;
    if (status == TH_CORRUPT) {
        status = TH_OK;
    }
    if (status == TH_OK && signing->state != TH_KEY_NONE &&
        th_registry_surroundings(registry)->key_path) {
        status = look_at_last(registry, signing, err);
    }
    return status;
}

static enum th_status look_at_signing(struct th_registry *registry, struct signing *ret_signing,
                                      struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct signing signing = {.state = TH_KEY_NONE};
    enum th_status status =
        th_signed_heads_verify(store, &signing.n_heads, &signing.broken_seq, err);
    if (status == TH_OK) {
        status = th_keys_verify(store, &signing.keys, err);
    }
    if (status == TH_OK) {
        status = th_unsigned_days(store, &signing.n_unsigned_days, err);
    }
    if (status == TH_OK) {
        status = th_head_taken_away(store, &signing.taken_seq, err);
    }
    if (status == TH_OK) {
        status = look_at_key(registry, &signing, err);
    }
    if (signing.broken_seq == 0) {
        signing.broken_seq = signing.keys.broken_seq;
    }
    if (status == TH_OK) {
        *ret_signing = signing;
    }
    return status;
}

static void break_at(struct th_journal_verdict *verdict, int64_t seq, const char *reason)
{
    verdict->ok = false;
    verdict->broken_seq = seq;
    (void)snprintf(verdict->reason, sizeof(verdict->reason), "%s", reason);
}

// Signed heads are judged where the chain itself holds.
static void judge_signing(const struct signing *signing, struct th_journal_verdict *verdict)
{
    if (signing->broken_seq != 0) {
        break_at(verdict, signing->broken_seq, "signature");
    } else if (signing->state == TH_KEY_REWRITTEN) {
        break_at(verdict, signing->signed_seq, "rewritten");
    } else if (signing->state == TH_KEY_UNRECORDED) {
        break_at(verdict, 0, "unrecorded");
    } else if (signing->taken_seq != 0) {
        break_at(verdict, signing->taken_seq, "head_gone");
    } else if (signing->unfinished) {
        break_at(verdict, signing->signed_seq, "unfinished");
    }
}

enum th_status th_audit_verify(struct th_registry *registry, const struct th_progress *progress,
                               const char *expected_head, struct th_json **ret_reply,
                               struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct th_journal_verdict verdict = {0};
    struct signing signing = {.n_heads = 0};
    bool head_found = true;
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_journal_verify(store, progress, &verdict, err);
    if (status == TH_OK && verdict.ok) {
        status = look_at_signing(registry, &signing, err);
        judge_signing(&signing, &verdict);
    }
    if (status == TH_OK && expected_head != NULL) {
        status = find_head(store, expected_head, &head_found, err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = th_json_object();
    th_json_set_bool(reply, "ok", verdict.ok && head_found);
    th_json_set_int(reply, "n_entries", verdict.n_entries);
    th_json_set_text(reply, "head", th_hash_hex(&verdict.head, hex));
    th_json_set_int(reply, "n_heads", signing.n_heads);
    th_json_set_int(reply, "n_days_unsigned", signing.n_unsigned_days);
    th_json_set_int(reply, "n_keys", signing.keys.n_keys);
    th_json_set_int(reply, "n_keys_unvouched", signing.keys.n_unvouched);
    if (!verdict.ok || !head_found) {
        struct th_json *broken = th_json_object();
        th_json_set(broken, "seq",
                    verdict.broken_seq == 0 ? th_json_null() : th_json_int(verdict.broken_seq));
        th_json_set_text(broken, "reason", verdict.ok ? "head" : verdict.reason);
        th_json_set(reply, "broken", broken);
    }
    return th_reply_finish(TH_OK, reply, ret_reply, err);
}

struct check_list {
    struct th_json *checks;
    const struct th_messages *messages;
    enum th_lang lang;
    bool ok;
};

static void add_check(struct check_list *list, const char *name, bool ok, int64_t n,
                      const char *detail)
{
    char key[64];
    struct th_json *object = th_json_object();
    snprintf(key, sizeof(key), "check.%s", name);
    th_json_set_text(object, "name", name);
    th_json_set_text(object, "title", th_messages_text(list->messages, list->lang, key));
    th_json_set_bool(object, "ok", ok);
    th_json_set_int(object, "n", n);
    th_json_set_text(object, "detail", detail);
    th_json_append(list->checks, object);
    list->ok = list->ok && ok;
}

static void report_check(void *context, const char *name, int64_t n_checked,
                         const struct th_error *problem)
{
    enum { TEXT_LIMIT = 4096 };
    struct check_list *list = context;
    struct th_buf detail;
    th_buf_init(&detail, TEXT_LIMIT);
    if (problem != NULL) {
        th_messages_error(list->messages, list->lang, problem, &detail);
    }
    add_check(list, name, problem == NULL, n_checked, th_buf_text(&detail));
    th_buf_clear(&detail);
}

static enum th_status check_journal(struct th_store *store, const struct th_progress *progress,
                                    struct check_list *list, struct th_error *err)
{
    struct th_journal_verdict verdict = {0};
    struct th_error problem = {0};
    char reason[64];
    enum th_status status = th_journal_verify(store, progress, &verdict, err);
    if (status != TH_OK) {
        return status;
    }
    if (!verdict.ok) {
        snprintf(reason, sizeof(reason), "@journal_reason.%s", verdict.reason);
        (void)th_error_set(&problem, TH_INVARIANT, "journal_broken", "reason", reason, NULL);
        th_error_add_int(&problem, "seq", verdict.broken_seq);
    }
    report_check(list, "journal", verdict.n_entries, verdict.ok ? NULL : &problem);
    return TH_OK;
}

// A sentence with a number in it, behind those that are there.
static void remark(const struct check_list *list, const char *key, int64_t n, struct th_buf *detail)
{
    struct th_error words = {0};
    if (detail->size > 0) {
        th_buf_append_char(detail, ' ');
    }
    (void)th_error_set(&words, TH_INVALID, key, NULL);
    th_error_add_int(&words, "n", n);
    th_messages_error(list->messages, list->lang, &words, detail);
}

// A key that is not at hand, or one for which nobody vouches, is no fault of the journal, but
// somebody should know; a journal that is not the one that was signed is a fault.
static enum th_status check_heads(struct th_registry *registry, struct check_list *list,
                                  struct th_error *err)
{
    enum { TEXT_LIMIT = 4096 };
    struct th_error problem = {0};
    struct signing signing;
    struct th_buf detail;
    char key[64];
    enum th_status status = look_at_signing(registry, &signing, err);
    if (status != TH_OK) {
        return status;
    }
    if (signing.broken_seq != 0) {
        (void)th_error_set(&problem, TH_INVARIANT, "journal_broken", "reason",
                           "@journal_reason.signature", NULL);
        th_error_add_int(&problem, "seq", signing.broken_seq);
        report_check(list, "heads", signing.n_heads, &problem);
        return TH_OK;
    }
    th_buf_init(&detail, TEXT_LIMIT);
    if (th_registry_surroundings(registry)->key_path && signing.state != TH_KEY_READY) {
        (void)snprintf(key, sizeof(key), "key_state.%s", th_key_state_name(signing.state));
        th_buf_append_str(&detail, th_messages_text(list->messages, list->lang, key));
    }
    if (signing.open_to_others) {
        remark(list, "key_open_to_others", 0, &detail);
    }
    if (signing.taken_seq != 0) {
        remark(list, "head_taken_away", signing.taken_seq, &detail);
    }
    if (signing.unfinished) {
        remark(list, "head_unfinished", signing.signed_seq, &detail);
    }
    if (signing.n_unsigned_days > 0) {
        remark(list, "days_unsigned", signing.n_unsigned_days, &detail);
    }
    if (signing.keys.n_unvouched > 0) {
        remark(list, "keys_unvouched", signing.keys.n_unvouched, &detail);
    }
    bool ok = signing.state != TH_KEY_REWRITTEN && signing.state != TH_KEY_UNRECORDED &&
              signing.taken_seq == 0 && !signing.unfinished;
    add_check(list, "heads", ok, signing.n_heads, th_buf_text(&detail));
    th_buf_clear(&detail);
    return TH_OK;
}

// Either this machine's clock is behind, or somebody's was ahead: no fault of the journal.
static enum th_status check_clock(struct th_registry *registry, struct check_list *list,
                                  struct th_error *err)
{
    enum { TEXT_LIMIT = 4096, DAY_S = 86400 };
    struct th_journal_last last;
    struct th_buf detail;
    enum th_status status = th_journal_last(th_registry_store(registry), &last, err);
    if (status != TH_OK) {
        return status;
    }
    int64_t ahead_days = (last.at_utc - th_registry_now(registry)) / DAY_S;
    th_buf_init(&detail, TEXT_LIMIT);
    if (ahead_days > 0) {
        remark(list, "clock_behind", ahead_days, &detail);
    }
    add_check(list, "clock", true, 1, th_buf_text(&detail));
    th_buf_clear(&detail);
    return TH_OK;
}

// A row that makes no sense any more ends the check that read it, not all of them: it is what the
// check was to find.
static enum th_status finding_of(struct check_list *list, enum th_status status,
                                 const struct th_error *problem, struct th_error *err)
{
    if (status == TH_CORRUPT || status == TH_INVALID || status == TH_UNREADABLE) {
        report_check(list, "rows_readable", 0, problem);
        return TH_OK;
    }
    if (status != TH_OK && err) {
        *err = *problem;
    }
    return status;
}

static enum th_status check_rows(struct th_store *store, struct check_list *list,
                                 struct th_error *err)
{
    static enum th_status (*const CHECKS[])(
        struct th_store * store, const struct th_check_sink *sink, struct th_error *err) = {
        th_file_check_all, th_activity_check_all, th_plot_check_all,     th_ledger_check_all,
        th_lock_check_all, th_money_check_all,    th_reversal_check_all, th_outbox_check_all,
    };
    const struct th_check_sink sink = {.report = report_check, .context = list};
    enum th_status status = TH_OK;
    for (size_t i = 0; i < sizeof(CHECKS) / sizeof(CHECKS[0]) && status == TH_OK; i++) {
        struct th_error problem = {0};
        status = finding_of(list, CHECKS[i](store, &sink, &problem), &problem, err);
    }
    return status;
}

enum th_status th_registry_check(struct th_registry *registry, const struct th_progress *progress,
                                 bool deep, const struct th_messages *messages, enum th_lang lang,
                                 struct th_json **ret_reply, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    struct check_list list = {
        .checks = th_json_array(), .messages = messages, .lang = lang, .ok = true};
    struct th_check_sink sink = {.report = report_check, .context = &list};
    struct th_json *reply = th_json_object();
    struct th_error problem = {0};
    enum th_status status = th_store_begin_read(store, err);
    if (status == TH_OK) {
        status = check_journal(store, progress, &list, err);
    }
    if (status == TH_OK) {
        status = check_heads(registry, &list, err);
    }
    if (status == TH_OK) {
        status = check_clock(registry, &list, err);
    }
    if (status == TH_OK) {
        status = check_rows(store, &list, err);
    }
    if (status == TH_OK) {
        status = th_rebuild_check(store, progress, &sink, err);
    }
    if (status == TH_OK && deep) {
        status = finding_of(&list, th_estimate_check_all(store, &sink, &problem), &problem, err);
    }
    th_store_end_read(store);
    th_json_set_bool(reply, "ok", list.ok);
    th_json_set(reply, "checks", list.checks);
    return th_reply_finish(status, reply, ret_reply, err);
}

enum th_status th_registry_rebuild(struct th_registry *registry, const struct th_request *request,
                                   const struct th_progress *progress, struct th_json **ret_reply,
                                   struct th_error *err)
{
    struct th_work *work = NULL;
    enum th_status status = th_work_begin(registry, request, TH_MAY_USERS, "registry.rebuild", NULL,
                                          &work, ret_reply, err);
    if (status != TH_OK || !work) {
        return status;
    }
    struct th_rebuild_counts counts = {0};
    struct th_json *body = th_json_object();
    status = th_rebuild(th_work_store(work), progress, &counts, err);
    th_json_set_int(body, "n_entries", counts.n_entries);
    th_json_set_int(body, "n_posting", counts.n_posting);
    th_json_set_int(body, "n_rows", counts.n_rows);
    th_json_set_int(body, "n_mended", counts.n_mended);
    struct th_json *reply = th_json_copy(body);
    th_json_set_bool(reply, "ok", true);
    return th_work_end(work, status, "registry", body, reply, ret_reply, err);
}

enum th_status th_registry_backup(struct th_registry *registry, const char *target,
                                  const struct th_progress *progress, struct th_json **ret_reply,
                                  struct th_error *err)
{
    struct th_hash sha256;
    struct stat info = {0};
    char hex[TH_HASH_HEX_SIZE];
    enum th_status status = th_store_backup(th_registry_store(registry), target, progress, err);
    if (status == TH_OK) {
        status = th_hash_file(TH_HASH_SHA256, target, &sha256, err);
    }
    if (status == TH_OK && stat(target, &info) != 0) {
        status = th_error_set(err, TH_IO, "file_io", "path", target, NULL);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *reply = th_json_object();
    th_json_set_text(reply, "file", target);
    th_json_set_int(reply, "bytes", (int64_t)info.st_size);
    th_json_set_text(reply, "sha256", th_hash_hex(&sha256, hex));
    const char *key_path = th_registry_surroundings(registry)->key_path;
    th_json_set_text(reply, "key_apart", th_file_exists(key_path) ? key_path : NULL);
    return th_reply_finish(TH_OK, reply, ret_reply, err);
}
