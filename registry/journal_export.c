#include "registry/journal_export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/file.h"
#include "registry/head.h"
#include "registry/key.h"
#include "registry/reply.h"
#include "store/journal/head_store.h"
#include "store/journal/journal_store.h"
#include "store/registry_store.h"

// A line is written when it is whole; one that is longer than this is refused.
#define LINE_LIMIT ((size_t)256 * 1024 * 1024)
enum { ENTRIES_A_REPORT = 1024 };

struct run {
    struct th_registry *registry;
    const struct th_audit_export_options *options;
    const char *path; // of the fresh file
    FILE *file;
    struct th_buf line;
    int64_t last;      // entry to end with
    int64_t n_entries; // written
    int64_t n_heads;
    int64_t signed_seq; // last entry with a head
    int64_t first_seq;
    int64_t last_seq;
    struct th_hash hash;
    int64_t bytes;
    struct th_signed_head *heads; // of the entries to come, oldest first; owned
    size_t n_heads_loaded;
    size_t heads_room;
    size_t next_head;
    enum th_status status;
    struct th_error *err;
};

// A JSON string; only what must be is escaped, so that a text has one spelling.
static void put_string(struct th_buf *out, const char *text)
{
    static const char LETTERS[] = {
        ['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f', ['\r'] = 'r'};
    const char *plain = text;
    const char *at = text;
    th_buf_append_char(out, '"');
    for (; *at != '\0'; at++) {
        unsigned char c = (unsigned char)*at;
        if (c >= 0x20 && c != '"' && c != '\\') {
            continue;
        }
        th_buf_append(out, plain, (size_t)(at - plain));
        plain = at + 1;
        if (c == '"' || c == '\\' || (c < sizeof(LETTERS) && LETTERS[c] != '\0')) {
            char letter = *at;
            if (c < sizeof(LETTERS)) {
                letter = LETTERS[c];
            }
            th_buf_append_char(out, '\\');
            th_buf_append_char(out, letter);
        } else {
            th_buf_printf(out, "\\u%04X", (unsigned)c);
        }
    }
    th_buf_append(out, plain, (size_t)(at - plain));
    th_buf_append_char(out, '"');
}

static void put_member(struct th_buf *out, const char *key, const char *text)
{
    th_buf_printf(out, ",\"%s\":", key);
    put_string(out, text);
}

// Writes the line that was gathered.
static void end_line(struct run *run)
{
    th_buf_append_char(&run->line, '\n');
    if (run->status == TH_OK) {
        run->status = th_buf_check(&run->line, run->err);
    }
    if (run->status == TH_OK &&
        fwrite(run->line.data, 1, run->line.size, run->file) != run->line.size) {
        run->status = th_file_failed(run->err, run->options->path, errno);
    }
    run->bytes += (int64_t)run->line.size;
    run->line.size = 0;
}

static void write_format(struct run *run, const struct th_registry_record *record)
{
    th_buf_append_str(&run->line, "{\"format\":\"tanhui-journal-1\"");
    put_member(&run->line, "registry_id", record->registry_id);
    put_member(&run->line, "name", record->name);
    put_member(&run->line, "admin_code", record->admin_code);
    th_buf_append_char(&run->line, '}');
    end_line(run);
}

static void write_head(struct run *run, const struct th_signed_head *head)
{
    char buf[TH_SIGNATURE_HEX_SIZE];
    th_buf_append_str(&run->line, "{\"head\":{\"day\":");
    put_string(&run->line, head->day);
    th_buf_printf(&run->line, ",\"seq\":%lld", (long long)head->seq);
    put_member(&run->line, "hash", th_hash_hex(&head->hash, buf));
    put_member(&run->line, "public_key", th_public_key_hex(&head->public_key, buf));
    put_member(&run->line, "signature", th_signature_hex(&head->signature, buf));
    th_buf_append_str(&run->line, "}}");
    end_line(run);
    run->n_heads++;
    run->signed_seq = head->seq;
}

static bool write_entry(void *context, const struct th_journal_entry *entry)
{
    struct run *run = context;
    char buf[TH_HASH_HEX_SIZE];
    th_buf_printf(&run->line, "{\"entry\":{\"seq\":%lld,\"at_utc\":%lld", (long long)entry->seq,
                  (long long)entry->at_utc);
    put_member(&run->line, "login", entry->login);
    put_member(&run->line, "system_user", entry->system_user);
    put_member(&run->line, "kind", entry->kind);
    put_member(&run->line, "subject", entry->subject);
    put_member(&run->line, "body", entry->body);
    put_member(&run->line, "prev_hash", th_hash_hex(&entry->prev_hash, buf));
    put_member(&run->line, "hash", th_hash_hex(&entry->hash, buf));
    th_buf_append_str(&run->line, "}}");
    end_line(run);
    run->first_seq = run->n_entries == 0 ? entry->seq : run->first_seq;
    run->last_seq = entry->seq;
    run->hash = entry->hash;
    run->n_entries++;
    while (run->next_head < run->n_heads_loaded && run->heads[run->next_head].seq <= entry->seq) {
        write_head(run, &run->heads[run->next_head++]);
    }
    if (run->status == TH_OK && run->n_entries % ENTRIES_A_REPORT == 0 &&
        !th_progress_report(run->options->progress, "audit_export", run->n_entries,
                            run->last - run->first_seq + 1)) {
        run->status = th_error_set(run->err, TH_INTERRUPTED, "interrupted", NULL);
    }
    return run->status == TH_OK;
}

static bool keep_head(void *context, const struct th_signed_head *head)
{
    struct run *run = context;
    if (run->n_heads_loaded == run->heads_room) {
        size_t room = run->heads_room == 0 ? 64 : run->heads_room * 2;
        struct th_signed_head *heads = realloc(run->heads, room * sizeof(*heads));
        if (!heads) {
            run->status = th_error_no_memory(run->err);
            return false;
        }
        run->heads = heads;
        run->heads_room = room;
    }
    run->heads[run->n_heads_loaded++] = *head;
    return true;
}

static void write_end(struct run *run)
{
    char buf[TH_HASH_HEX_SIZE];
    th_buf_printf(&run->line, "{\"end\":{\"seq\":%lld", (long long)run->last_seq);
    put_member(&run->line, "hash", th_hash_hex(&run->hash, buf));
    th_buf_printf(&run->line, ",\"n_heads\":%lld}}", (long long)run->n_heads);
    end_line(run);
}

// In one read transaction: others may write meanwhile.
static enum th_status write_all(struct run *run)
{
    struct th_store *store = th_registry_store(run->registry);
    struct th_registry_record record;
    struct th_journal_last last;
    int64_t from = run->options->from > 0 ? run->options->from : 1;
    enum th_status status = th_registry_record_load(store, &record, run->err);
    if (status == TH_OK) {
        status = th_journal_last(store, &last, run->err);
    }
    if (status != TH_OK) {
        return status;
    }
    run->last = run->options->to > 0 && run->options->to < last.seq ? run->options->to : last.seq;
    if (from > run->last) {
        return th_error_set(run->err, TH_INVALID, "export_range", NULL);
    }
    status = th_signed_head_each(store, from, run->last, keep_head, run, run->err);
    if (status != TH_OK || run->status != TH_OK) {
        return status != TH_OK ? status : run->status;
    }
    write_format(run, &record);
    if (run->status == TH_OK) {
        status =
            th_journal_each(store, NULL, from, run->last - from + 1, write_entry, run, run->err);
    }
    if (status == TH_OK && run->status == TH_OK) {
        write_end(run);
    }
    return status != TH_OK ? status : run->status;
}

static enum th_status write_file(struct run *run)
{
    struct th_store *store = th_registry_store(run->registry);
    run->file = fopen(run->path, "wbx");
    if (!run->file) {
        return th_file_failed(run->err, run->options->path, errno);
    }
    enum th_status status = th_store_begin_read(store, run->err);
    if (status == TH_OK) {
        status = write_all(run);
        th_store_end_read(store);
    }
    if (status == TH_OK && (fflush(run->file) != 0 || fsync(fileno(run->file)) != 0)) {
        status = th_file_failed(run->err, run->options->path, errno);
    }
    if (fclose(run->file) != 0 && status == TH_OK) {
        status = th_file_failed(run->err, run->options->path, errno);
    }
    if (status == TH_OK) {
        status = th_file_publish(run->path, run->options->path, run->err);
    }
    return status;
}

// The end of a file says how far the journal goes only where it is signed. A key that is not there
// keeps nobody from exporting.
static enum th_status sign_end(struct run *run, const char **ret_key, struct th_error *err)
{
    struct th_key_found found = {.state = TH_KEY_NONE};
    struct th_journal_last last;
    enum th_status status = th_journal_last(th_registry_store(run->registry), &last, err);
    if (status == TH_OK) {
        status = th_key_find(run->registry, last.seq, &found, err);
        th_sign_key_wipe(&found.key);
    }
    if (status == TH_CORRUPT) {
        status = TH_OK; // what is stored is exported as it stands
    }
    if (status == TH_OK && found.state == TH_KEY_READY && run->options->sign) {
        status = th_head_sign_end(run->registry, err);
    }
    if (status == TH_OK) {
        *ret_key = th_key_state_name(found.state);
    }
    return status;
}

enum th_status th_audit_export(struct th_registry *registry,
                               const struct th_audit_export_options *options,
                               struct th_json **ret_reply, struct th_error *err)
{
    char buf[TH_HASH_HEX_SIZE];
    const char *key = NULL;
    struct run run = {.registry = registry, .options = options, .err = err};
    enum th_status status = th_file_check_new(options->path, err);
    if (status != TH_OK) {
        return status;
    }
    char *fresh = th_file_fresh_name(options->path);
    if (!fresh) {
        return th_error_no_memory(err);
    }
    run.path = fresh;
    th_buf_init(&run.line, LINE_LIMIT);
    status = sign_end(&run, &key, err);
    if (status == TH_OK) {
        status = write_file(&run);
    }
    if (status != TH_OK) {
        (void)unlink(fresh);
    }
    free(fresh);
    free(run.heads);
    th_buf_clear(&run.line);
    struct th_json *reply = th_json_object();
    th_json_set_text(reply, "file", options->path);
    th_json_set_int(reply, "n_entries", run.n_entries);
    th_json_set_int(reply, "n_heads", run.n_heads);
    th_json_set_int(reply, "first_seq", run.first_seq);
    th_json_set_int(reply, "last_seq", run.last_seq);
    th_json_set_text(reply, "head", th_hash_hex(&run.hash, buf));
    th_json_set_bool(reply, "signed", run.signed_seq == run.last_seq);
    th_json_set_text(reply, "key", key);
    th_json_set_int(reply, "bytes", run.bytes);
    return th_reply_finish(status, reply, ret_reply, err);
}
