#include "registry/last_signed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/file.h"
#include "core/text.h"
#include "store/journal/journal_store.h"

static const char MAGIC[] = "tanhui-signed-1";
enum { TEXT_MAX = 256, ID_SIZE = 33, DIGITS_MAX = 20 };

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
    enum { MAGIC_WORD, ID_WORD, SEQ_WORD, HASH_WORD, N_WORDS };
    const char *words[N_WORDS];
    return split(text, size, words, N_WORDS) && strcmp(words[MAGIC_WORD], MAGIC) == 0 &&
           strcmp(words[ID_WORD], registry_id) == 0 &&
           th_text_parse_int(words[SEQ_WORD], 1, INT64_MAX, &ret_last->seq) &&
           th_hash_parse(words[HASH_WORD], &ret_last->hash, NULL) == TH_OK;
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
        status = th_error_set(err, TH_UNREADABLE, "last_signed_unreadable", "path", path, NULL);
    }
    free(text);
    free(path);
    return status;
}

enum th_status th_last_signed_write(const char *key_path, const char *registry_id,
                                    const struct th_last_signed *last, struct th_error *err)
{
    char text[sizeof(MAGIC) + ID_SIZE + DIGITS_MAX + TH_HASH_HEX_SIZE + 2];
    char hex[TH_HASH_HEX_SIZE];
    char *path = path_of(key_path);
    if (!path) {
        return th_error_no_memory(err);
    }
    int n = snprintf(text, sizeof(text), "%s %s %lld %s\n", MAGIC, registry_id,
                     (long long)last->seq, th_hash_hex(&last->hash, hex));
    enum th_status status = th_file_write(path, text, (size_t)n, err);
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

enum th_status th_last_signed_stands(struct th_store *store, const struct th_last_signed *last,
                                     bool *ret_stands, struct th_error *err)
{
    struct comparison comparison = {.last = last};
    enum th_status status = th_journal_each(store, NULL, last->seq, 1, compare, &comparison, err);
    if (status == TH_OK) {
        *ret_stands = comparison.same;
    }
    return status;
}
