// A registry in a fresh folder, with a clock and a source of chance that a test controls.
#ifndef TH_TESTS_REGISTRY_WORLD_H
#define TH_TESTS_REGISTRY_WORLD_H

#include "core/hash.h"
#include "registry/registry.h"
#include "tests/support/support.h"

enum { TH_WORLD_NOW_UTC = 1710000000 }; // 2024-03-09T16:00:00Z

struct th_test_world {
    char folder[TH_TEST_PATH_SIZE];
    char path[TH_TEST_PATH_SIZE]; // of the registry file
    int64_t now_utc;              // what the clock says
    uint64_t chance;              // state of the random numbers
    struct th_surroundings surroundings;
    struct th_registry *registry;
    struct th_store *store;   // of the registry, borrowed
    char activation_code[64]; // of admin
};

// A folder and surroundings, no registry yet.
void th_test_world_make(struct th_test_world *world);
// The same with a registry that is open for writing.
void th_test_world_make_registry(struct th_test_world *world);
// With the logins clerk, verifier, officer, bank beside admin.
void th_test_world_add_users(struct th_test_world *world);
void th_test_world_remove(struct th_test_world *world);

// An empty file of the newest layout, open for writing; fails the test otherwise.
struct th_store *th_test_store_create(const struct th_test_world *world, const char *path);
// SQL as it stands, past every rule of the program; fails the test when SQLite refuses.
void th_test_sql(struct th_store *store, const char *sql);
// Runs SQL that must be refused; returns SQLite's words in `words`.
void th_test_sql_refused(struct th_store *store, const char *sql, char words[256]);
enum { TH_TEST_SQL_SIZE = 2048 };
// "<verb> INTO <table> VALUES (…)" with plausible types and a column seq of that value, for a file
// whose CHECK constraints and references are off.
void th_test_any_row(struct th_store *store, const char *verb, const char *table, int64_t seq,
                     char sql[TH_TEST_SQL_SIZE]);
int64_t th_test_sql_int(struct th_store *store, const char *sql);
// Digest of every row of every table, in order.
struct th_hash th_test_content(struct th_store *store);
// The same of these tables.
struct th_hash th_test_tables(struct th_store *store, const char *const *tables, size_t n);
// One journal entry in a transaction of its own.
void th_test_journal_add(struct th_store *store, const char *kind, const char *text);
// A village through the use case; fails the test otherwise.
void th_test_village_add(struct th_test_world *world, const char *login, const char *code);
size_t th_test_count_files(const char *folder);
// The check of the whole file says that all is well.
void th_test_assert_sound(struct th_registry *registry);
// The same where a test put in rows under entries of its own choosing: what the journal makes of
// them is another matter.
void th_test_assert_sound_rows(struct th_registry *registry);

#endif
