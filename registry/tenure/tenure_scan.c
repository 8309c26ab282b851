// Scans of contracts: files beside the table, of which the registry keeps name and digest.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/text.h"
#include "registry/reference.h"
#include "registry/tenure/tenure_import_internal.h"

// Beside the table, unless the path says otherwise.
static void scan_path(const struct th_tenure_run *m, const char *document,
                      char path[TH_TENURE_PATH_SIZE])
{
    const char *source = m->options->source;
    int folder = document[0] == '/' ? 0 : (int)(th_file_base_name(source) - source);
    (void)snprintf(path, TH_TENURE_PATH_SIZE, "%.*s%s", folder, source, document);
}

void th_tenure_scan_paths_free(char **paths, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(paths[i]);
    }
    free(paths);
}

enum th_status th_tenure_scan_paths(const struct th_tenure_run *m, char ***ret_paths, size_t *ret_n,
                                    struct th_error *err)
{
    size_t n = 0;
    char **paths = calloc(m->table.sheet.n + 1, sizeof(*paths));
    if (paths == NULL) {
        return th_error_no_memory(err);
    }
    for (size_t i = 0; i < m->table.sheet.n; i++) {
        char path[TH_TENURE_PATH_SIZE];
        const char *document = th_tenure_cell(&m->table, i, TH_TENURE_DOCUMENT);
        scan_path(m, document, path);
        // Rows of a contract name the same.
        if (document[0] == '\0' || (n > 0 && strcmp(paths[n - 1], path) == 0)) {
            continue;
        }
        paths[n] = th_text_duplicate(path);
        if (paths[n] == NULL) {
            th_tenure_scan_paths_free(paths, n);
            return th_error_no_memory(err);
        }
        n++;
    }
    *ret_paths = paths;
    *ret_n = n;
    return TH_OK;
}

bool th_tenure_scan_missing(struct th_tenure_run *m, struct th_tenure_span span)
{
    bool missing = false;
    for (size_t i = 0; i < span.n; i++) {
        char path[TH_TENURE_PATH_SIZE];
        struct th_hash sha256;
        int64_t size = 0;
        struct th_error what;
        const char *document = th_tenure_cell(&m->table, span.rows[i], TH_TENURE_DOCUMENT);
        scan_path(m, document, path);
        enum th_status status =
            document[0] == '\0' ? TH_OK : th_work_document(m->work, path, &sha256, &size, &what);
        if (status == TH_OK || status == TH_CONFLICT || status == TH_NO_MEMORY) {
            continue; // what changed meanwhile ends the import where it is recorded
        }
        (void)th_error_set(&what, TH_DATA_PROBLEM, "tenure_document_missing", "document", document,
                           "path", path, NULL);
        th_tenure_problem(m, span.rows[i], "error", &what);
        missing = true;
    }
    return missing;
}

enum th_status th_tenure_scan_record(struct th_tenure_run *m,
                                     const struct th_tenure_contract *contract, int64_t tenure_id,
                                     struct th_error *err)
{
    char path[TH_TENURE_PATH_SIZE];
    char hex[TH_HASH_HEX_SIZE];
    struct th_hash sha256;
    int64_t document_id = 0;
    if (contract->document == NULL) {
        return TH_OK;
    }
    scan_path(m, contract->document, path);
    enum th_status status = th_document_record(m->work, path, &document_id, &sha256, err);
    if (status == TH_OK) {
        status = th_tenure_document_insert(th_work_store(m->work), tenure_id, document_id,
                                           th_work_seq(m->work), err);
    }
    if (status != TH_OK) {
        return status;
    }
    struct th_json *json = th_json_object();
    th_json_set_int(json, "tenure_id", tenure_id);
    th_json_set_int(json, "document_id", document_id);
    th_json_set_text(json, "sha256", th_hash_hex(&sha256, hex));
    th_json_append(m->scans, json);
    return TH_OK;
}

struct known_scans {
    const struct th_hash *wanted;
    bool any, same;
};

static bool meet_scan(void *context, const struct th_tenure_document *scan)
{
    struct known_scans *k = context;
    k->any = true;
    k->same = k->same || memcmp(scan->sha256.bytes, k->wanted->bytes, TH_HASH_SIZE) == 0;
    return !k->same;
}

enum th_status th_tenure_scan_add(struct th_tenure_run *m,
                                  const struct th_tenure_contract *contract, int64_t tenure_id,
                                  struct th_tenure_span span, bool *ret_missing,
                                  struct th_error *err)
{
    char path[TH_TENURE_PATH_SIZE];
    struct th_hash sha256 = {{0}};
    int64_t size = 0;
    struct known_scans known = {.wanted = &sha256};
    *ret_missing = false;
    if (contract->document == NULL) {
        return TH_OK;
    }
    scan_path(m, contract->document, path);
    bool there = th_work_document(m->work, path, &sha256, &size, NULL) == TH_OK;
    enum th_status status =
        th_tenure_document_each(th_work_store(m->work), tenure_id, meet_scan, &known, err);
    if (status != TH_OK || known.same || (known.any && !there)) {
        return status;
    }
    *ret_missing = th_tenure_scan_missing(m, span);
    if (*ret_missing) {
        return TH_OK;
    }
    m->n_scans_added++;
    return th_tenure_scan_record(m, contract, tenure_id, err);
}
