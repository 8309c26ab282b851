#include "registry/last_signed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/text.h"
#include "store/journal/head_store.h"
#include "store/journal/journal_store.h"
#include "store/registry_store.h"

static const char MAGIC[] = "tanhui-signed-1";
enum { TEXT_MAX = 512 };

static char *path_of(const char *key_path)
{
    static const char SUFFIX[] = ".last";
    size_t size = strlen(key_path) + sizeof(SUFFIX);
    char *path = malloc(size);
    if (path) {
        (void)snprintf(path, size, "%s%s", key_path, SUFFIX);
    }
    return path;
}

// The words of the line, each ended by a NUL; false unless there are so many, and a line feed.
static bool split(char *text, size_t size, const char **words, size_t n_words)
{
    size_t n = 1;
    if (size == 0 || text[size - 1] != '\n' || strlen(text) != size) {
        return false;
    }
    text[size - 1] = '\0';
    words[0] = text;
    for (char *at = text; *at != '\0'; at++) {
        if (*at == ' ') {
            *at = '\0';
            if (n == n_words) {
                return false;
            }
            words[n++] = at + 1;
        }
    }
    return n == n_words;
}

static bool parse(char *text, size_t size, const char *registry_id, struct th_last_signed *ret_last)
{
    enum { MAGIC_WORD, ID_WORD, SEQ_WORD, HASH_WORD, N_WORD, BEFORE_WORD, SIGNATURE_WORD, N_WORDS };
    const char *words[N_WORDS];
    return split(text, size, words, N_WORDS) && strcmp(words[MAGIC_WORD], MAGIC) == 0 &&
           strcmp(words[ID_WORD], registry_id) == 0 &&
           th_text_parse_int(words[SEQ_WORD], 1, INT64_MAX, &ret_last->seq) &&
           th_hash_parse(words[HASH_WORD], &ret_last->hash, NULL) == TH_OK &&
           th_text_parse_int(words[N_WORD], 0, INT64_MAX, &ret_last->n_heads) &&
           th_text_parse_int(words[BEFORE_WORD], 0, INT64_MAX, &ret_last->n_heads_before) &&
           th_signature_parse(words[SIGNATURE_WORD], &ret_last->signature, NULL) == TH_OK;
}

enum th_status th_last_signed_read(const char *key_path, const char *registry_id,
                                   struct th_last_signed *ret_last, struct th_error *err)
{
    struct th_last_signed last;
    char *text = NULL;
    size_t size = 0;
    char *path = path_of(key_path);
    if (!path) {
        return th_error_no_memory(err);
    }
    enum th_status status = th_file_read(path, TEXT_MAX, &text, &size, NULL);
    if (status == TH_NO_MEMORY) {
        (void)th_error_no_memory(err);
    } else if (status == TH_NOT_FOUND) {
        (void)th_error_set(err, TH_NOT_FOUND, "last_signed_missing", "path", path, NULL);
    } else if (status == TH_OK && parse(text, size, registry_id, &last)) {
        *ret_last = last;
    } else {
        status = th_error_set(err, status == TH_NOT_PERMITTED ? status : TH_UNREADABLE,
                              "last_signed_unreadable", "path", path, NULL);
    }
    free(text);
    free(path);
    return status;
}

// What is signed: the words of the line but the last.
static const char *signed_text(const char *registry_id, const struct th_last_signed *last,
                               char buf[TEXT_MAX])
{
    char hex[TH_HASH_HEX_SIZE];
    (void)snprintf(buf, TEXT_MAX, "%s %s %lld %s %lld %lld", MAGIC, registry_id,
                   (long long)last->seq, th_hash_hex(&last->hash, hex), (long long)last->n_heads,
                   (long long)last->n_heads_before);
    return buf;
}

enum th_status th_last_signed_begin(struct th_store *store, struct th_last_signed *ret_last,
                                    struct th_error *err)
{
    struct th_journal_last now = {0};
    int64_t n_heads = 0;
    enum th_status status = th_journal_last(store, &now, err);
    if (status == TH_OK) {
        status = th_signed_heads_count(store, now.seq, &n_heads, err);
    }
    if (status == TH_OK) {
        *ret_last = (struct th_last_signed){
            .seq = now.seq, .hash = now.hash, .n_heads = n_heads, .n_heads_before = n_heads};
    }
    return status;
}

enum th_status th_last_signed_write(const char *key_path, const char *registry_id,
                                    const struct th_last_signed *last,
                                    const struct th_sign_key *key, struct th_error *err)
{
    char words[TEXT_MAX];
    char text[TEXT_MAX + TH_SIGNATURE_HEX_SIZE + 1];
    char hex[TH_SIGNATURE_HEX_SIZE];
    char *path = path_of(key_path);
    if (!path) {
        return th_error_no_memory(err);
    }
    struct th_signature signature = th_sign(key, signed_text(registry_id, last, words));
    int n = snprintf(text, sizeof(text), "%s %s\n", words, th_signature_hex(&signature, hex));
    enum th_status status = th_file_write_private(path, text, (size_t)n, err);
    free(path);
    return status;
}

void th_last_signed_remove(const char *key_path)
{
    char *path = path_of(key_path);
    if (path) {
        (void)unlink(path);
    }
    free(path);
}

struct comparison {
    const struct th_last_signed *last;
    bool same;
};

static bool compare(void *context, const struct th_journal_entry *entry)
{
    struct comparison *comparison = context;
    comparison->same = entry->seq == comparison->last->seq &&
                       memcmp(&entry->hash, &comparison->last->hash, sizeof(entry->hash)) == 0;
    return false;
}

static enum th_status has_entry(struct th_store *store, const struct th_last_signed *last,
                                bool *ret_same, struct th_error *err)
{
    struct comparison comparison = {.last = last};
    enum th_status status = th_journal_each(store, NULL, last->seq, 1, compare, &comparison, err);
    if (status == TH_OK) {
        *ret_same = comparison.same;
    }
    return status;
}

// Are the heads those that the line counts?
static enum th_status count_heads(struct th_store *store, const struct th_last_signed *last,
                                  enum th_last_state *ret_state, struct th_error *err)
{
    int64_t n = 0;
    int64_t n_before = 0;
    enum th_status status = th_signed_heads_count(store, last->seq, &n, err);
    if (status == TH_OK) {
        status = th_signed_heads_count(store, last->seq - 1, &n_before, err);
    }
    if (status != TH_OK) {
        return status;
    }
    if (n == last->n_heads) {
        *ret_state = TH_LAST_STANDS;
    } else if (n == last->n_heads_before && n == n_before) {
        *ret_state = TH_LAST_UNFINISHED;
    } else {
        *ret_state = TH_LAST_REWRITTEN;
    }
    return TH_OK;
}

// Was the line signed by the key that the journal has in force at the line's entry?
static enum th_status is_true(struct th_store *store, const char *registry_id,
                              const struct th_last_signed *last, bool *ret_true,
                              struct th_error *err)
{
    char text[TEXT_MAX];
    struct th_public_key key;
    int64_t key_seq = 0;
    enum th_status status = th_key_in_force(store, last->seq, &key, &key_seq, err);
    if (status == TH_OK) {
        *ret_true = th_sign_holds(&key, &last->signature, signed_text(registry_id, last, text));
    } else if (status == TH_NOT_FOUND) {
        *ret_true = false;
        status = TH_OK;
    }
    return status;
}

enum th_status th_last_signed_judge(struct th_registry *registry, enum th_last_state *ret_state,
                                    int64_t *ret_seq, struct th_error *err)
{
    struct th_store *store = th_registry_store(registry);
    const char *key_path = th_registry_surroundings(registry)->key_path;
    struct th_registry_record record;
    struct th_last_signed last;
    enum th_last_state state = TH_LAST_UNTRUE;
    bool is = false;
    enum th_status status = th_registry_record_load(store, &record, err);
    if (status != TH_OK) {
        return status;
    }
    status = th_last_signed_read(key_path, record.registry_id, &last, err);
    if (status == TH_OK) {
        status = is_true(store, record.registry_id, &last, &is, err);
    } else if (status == TH_NOT_FOUND || status == TH_NOT_PERMITTED || status == TH_UNREADABLE) {
        state = status == TH_UNREADABLE ? TH_LAST_UNTRUE : TH_LAST_MISSING;
        status = TH_OK;
    }
    if (status == TH_OK && is) {
        bool same = false;
        state = TH_LAST_REWRITTEN;
        status = has_entry(store, &last, &same, err);
        if (status == TH_OK && same) {
            status = count_heads(store, &last, &state, err);
        }
    }
    if (status == TH_OK) {
        *ret_state = state;
        *ret_seq = is ? last.seq : 0;
    }
    return status;
}
