// A battery of sources that are malformed or mean harm, each handed to `tanhui parcel import` as a
// clerk would. Whatever a source is like, the answer must be one of the documented exits, within a
// time limit, in words, on the stream that the contract names; the registry must hold what the
// reply says, or what it held before; nothing may be left running, be written beside the source,
// or speak to the network or of files that the source has no right to.
#ifndef TH_TESTS_BATTERY_H
#define TH_TESTS_BATTERY_H

#include <stdint.h>
#include <sys/types.h>

#include "core/buf.h"
#include "core/json.h"
#include "tests/support/support.h"

#define BATTERY_SECRET "BATTERY-SECRET-7f3a" // stands in secret.txt, which no source may read
enum {
    BATTERY_LIMIT_S = 20,       // for an answer
    BATTERY_SILENT_LIMIT_S = 60 // where the reader's own limit of 30 s must end it
};

struct battery_counts {
    int64_t journal, parcels, versions, imports;
};

struct battery_answer { // of one run
    int exit;           // 128 + n when signal n ended it; -1 when it had to be killed
    double seconds;
    char *out, *err; // owned
    size_t out_size, err_size;
    struct th_json *json; // of stdout (exit 0, 1) or stderr
};

struct battery {
    char folder[TH_TEST_PATH_SIZE];   // everything of the battery
    char source[TH_TEST_PATH_SIZE];   // folder of the case, emptied after each
    char good[TH_TEST_PATH_SIZE];     // the good files that are spoiled
    char registry[TH_TEST_PATH_SIZE]; // the one registry that all cases are offered to
    char port[8];                     // where nobody may call
    int listener;
    const char *crs;  // for the next cases; NULL: as declared
    const char *lang; // "en", "zh"
    bool may_accept;  // rows of the next cases may come in: what is left of them is sound
    bool all;         // every case is tried; else the first of each kind and every 8th of all
    bool is_new_kind; // the next case is the first of its kind
    size_t n_offered;
    size_t n_cases, n_failed;
    size_t n_exits[8]; // how often each exit 0 … 6 was the answer; 7: any other
    double slowest_s;
    char slowest[128];
    uint64_t random;
};

// One battery for the whole program (group set-up and tear-down).
int battery_set_up(void **state);
int battery_tear_down(void **state);

// Imports `source` (a path or whatever a person may type), judges the answer, and empties the
// folder of the case. A failure is printed and counted; battery_end makes the test fail. No row may
// be accepted unless b->may_accept.
void battery_try(struct battery *b, const char *source, const char *label, ...) TH_PRINTF(3, 4);
// The same for several sources at once that all last until the reader's own limit.
void battery_try_slow(struct battery *b, const char *const *sources, size_t n);
// As battery_try, always, and `n_rows` rows must be accepted; 0: one at least, or known from the
// same file in another format.
void battery_good(struct battery *b, const char *source, const char *label, int64_t n_rows);
// Ends a test: fails when a case of it failed or the registry is no longer sound.
void battery_end(struct battery *b);
void battery_fail(struct battery *b, const char *label, const char *what, const char *detail);

// Files of the current case. Paths are those in the case's folder.
const char *battery_path(const struct battery *b, char path[TH_TEST_PATH_SIZE], const char *name);
const char *battery_write(const struct battery *b, char path[TH_TEST_PATH_SIZE], const char *name,
                          const void *data, size_t size);
// Writes `text` and tries it under its name.
void battery_try_text(struct battery *b, const char *name, const char *text);
void battery_try_bytes(struct battery *b, const char *name, const char *label, const void *data,
                       size_t size);

uint64_t battery_random(struct battery *b); // the same sequence in every run
// Every byte of a file; free()
unsigned char *battery_read(const char *path, size_t *ret_size);
void battery_copy_folder(const char *from, const char *to);

// A zip in the making, entries stored or deflated.
struct battery_zip {
    struct th_buf body, directory;
    unsigned n;
};
struct battery_entry {
    const char *name;
    const void *data;
    size_t size;
    bool deflate;
    // Lies, when not 0.
    uint32_t claimed_size, method, flags, attributes;
};
void battery_zip_init(struct battery_zip *zip);
void battery_zip_add(struct battery_zip *zip, const struct battery_entry *entry);
// Ends the archive and hands it over; free()
unsigned char *battery_zip_take(struct battery_zip *zip, size_t *ret_size);

// The tests, by kind of source.
void battery_good_files(void **state);
void battery_spoiled_files(void **state);
void battery_spoiled_folders(void **state);
void battery_geojson(void **state);
void battery_xml(void **state);
void battery_archives(void **state);
void battery_names(void **state);
void battery_special_files(void **state);
void battery_virtual(void **state);
void battery_shapefiles(void **state);
void battery_databases(void **state);
void battery_endless(void **state);
void battery_tables(void **state);

#endif
