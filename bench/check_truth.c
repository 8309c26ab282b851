// Did the import find what was sown, all of it and nothing else?
//   check_truth TRUTH.jsonl REPLY.json
// The reply is that of `tanhui --json --lang en parcel import`. Prints one line for each kind of
// defect and one for each row that is wrong (the first twenty); exit 1 when there is any.
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/file.h"
#include "core/json.h"

enum { TRUTH_LIMIT = 256 * 1024 * 1024, SHOWN_MAX = 20 };

// What each defect must lead to; NULL: nothing. The only place that knows the import's codes.
static const struct {
    const char *defect;
    const char *code;
    const char *severity;
} expectations[] = {{"bow_tie", "geometry_invalid", "error"},
                    {"spike", "geometry_invalid", "error"},
                    {"empty", "geometry_empty", "error"},
                    {"duplicate", "duplicate", "error"},
                    {"overlap", "overlap_in_source", "error"},
                    {"sliver", "sliver", "warning"},
                    {"declared", "area_mismatch", "warning"},
                    {"hole", NULL, NULL},
                    {"multipart", NULL, NULL}};
enum { N_DEFECTS = sizeof(expectations) / sizeof(expectations[0]) };

struct sown {
    int64_t row;
    int64_t partner;
    size_t defect;
    bool found;
};

struct check {
    struct sown *sown; // in order of rows, as they were sown
    size_t n;
    size_t n_sown[N_DEFECTS], n_found[N_DEFECTS];
    size_t n_wrong;
};

static void wrong(struct check *check, int64_t row, const char *what, const char *detail)
{
    if (check->n_wrong++ < SHOWN_MAX) {
        printf("row %" PRId64 ": %s %s\n", row, what, detail);
    }
}

static void *must(void *pointer)
{
    if (pointer == NULL) {
        (void)fprintf(stderr, "out of memory\n");
        exit(EXIT_FAILURE);
    }
    return pointer;
}

static char *read_file(const char *path, size_t *ret_size)
{
    char *text = NULL;
    if (th_file_read(path, TRUTH_LIMIT, &text, ret_size, NULL) != TH_OK) {
        (void)fprintf(stderr, "%s cannot be read\n", path);
        exit(EXIT_FAILURE);
    }
    return text;
}

static struct th_json *parse(const char *text, size_t size, const char *path)
{
    struct th_json *json = NULL;
    if (th_json_parse(text, size, &json, NULL) != TH_OK) {
        (void)fprintf(stderr, "%s is no JSON\n", path);
        exit(EXIT_FAILURE);
    }
    return json;
}

static int by_row(const void *left, const void *right)
{
    const struct sown *a = left;
    const struct sown *b = right;
    return (a->row > b->row) - (a->row < b->row);
}

static void read_truth(const char *path, struct check *check)
{
    size_t size = 0;
    size_t capacity = 0;
    char *text = read_file(path, &size);
    for (char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        struct th_json *json = parse(line, length, path);
        const char *name = th_json_get_text(json, "defect", "");
        size_t defect = 0;
        while (defect < N_DEFECTS && strcmp(expectations[defect].defect, name) != 0) {
            defect++;
        }
        if (defect == N_DEFECTS) {
            (void)fprintf(stderr, "%s: nothing is known of %s\n", path, name);
            exit(EXIT_FAILURE);
        }
        if (check->n == capacity) {
            capacity = capacity * 2 + 1024;
            check->sown = must(realloc(check->sown, capacity * sizeof(*check->sown)));
        }
        check->sown[check->n++] = (struct sown){.row = th_json_get_int(json, "row", 0),
                                                .partner = th_json_get_int(json, "partner", 0),
                                                .defect = defect,
                                                .found = expectations[defect].code == NULL};
        check->n_sown[defect]++;
        th_json_free(json);
        line += length + (line[length] == '\n');
    }
    free(text);
    qsort(check->sown, check->n, sizeof(*check->sown), by_row);
}

// The message names the other row as a number that stands by itself.
static bool names_row(const char *message, int64_t row)
{
    char number[24];
    (void)snprintf(number, sizeof(number), "row %" PRId64, row);
    const char *at = strstr(message, number);
    while (at != NULL && at[strlen(number)] >= '0' && at[strlen(number)] <= '9') {
        at = strstr(at + 1, number);
    }
    return at != NULL;
}

static void look_at(struct check *check, const struct th_json *problem)
{
    struct sown key = {.row = th_json_get_int(problem, "row", 0)};
    const char *code = th_json_get_text(problem, "code", "");
    struct sown *sown = bsearch(&key, check->sown, check->n, sizeof(*check->sown), by_row);
    if (sown == NULL || expectations[sown->defect].code == NULL ||
        strcmp(expectations[sown->defect].code, code) != 0) {
        wrong(check, key.row, "has a problem that was not sown:", code);
        return;
    }
    if (strcmp(th_json_get_text(problem, "severity", ""), expectations[sown->defect].severity) !=
        0) {
        wrong(check, key.row, "has another severity:", code);
    } else if (sown->partner != 0 &&
               !names_row(th_json_get_text(problem, "message", ""), sown->partner)) {
        wrong(check, key.row, "names another row:", code);
    } else if (sown->found) {
        wrong(check, key.row, "has the problem twice:", code);
    } else {
        check->n_found[sown->defect]++;
    }
    sown->found = true;
}

int main(int argc, char **argv)
{
    struct check check = {0};
    size_t size = 0;
    int64_t n_errors = 0;
    if (argc != 3) {
        (void)fprintf(stderr, "usage: check_truth TRUTH.jsonl REPLY.json\n");
        return 2;
    }
    read_truth(argv[1], &check);
    char *text = read_file(argv[2], &size);
    struct th_json *reply = parse(text, size, argv[2]);
    free(text);
    const struct th_json *problems = th_json_get(reply, "problems");
    for (size_t i = 0; i < th_json_size(problems); i++) {
        look_at(&check, th_json_at(problems, i));
    }
    for (size_t i = 0; i < check.n; i++) {
        if (!check.sown[i].found) {
            wrong(&check, check.sown[i].row,
                  "was not found:", expectations[check.sown[i].defect].defect);
        }
    }
    for (size_t d = 0; d < N_DEFECTS; d++) {
        printf("%-10s sown %zu, found %zu\n", expectations[d].defect, check.n_sown[d],
               check.n_found[d]);
        if (expectations[d].code != NULL && strcmp(expectations[d].severity, "error") == 0) {
            n_errors += (int64_t)check.n_sown[d];
        }
    }
    if (th_json_get_int(reply, "rejected", -1) != n_errors) {
        wrong(&check, 0, "rejected rows are not as many as errors were sown", "");
    }
    if (check.n == 0) {
        wrong(&check, 0, "nothing was sown", "");
    }
    printf("%zu wrong\n", check.n_wrong);
    th_json_free(reply);
    free(check.sown);
    return check.n_wrong == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
