#define _GNU_SOURCE // unshare
// A disk that fills up under trades, at many levels, so that every sort of write meets it once: the
// log, its making part of the file, a file that is made anew. What was acknowledged stays, the
// refusal says what is the matter, and when there is room again work goes on by itself. See
// docs/campaigns.md.
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#include "core/file.h"
#include "core/messages.h"
#include "core/text.h"
#include "store/store_internal.h"
#include "tests/campaign/draw.h"
#include "tests/campaign/sound.h"
#include "tests/campaign/work.h"

enum { SKIPPED = 77, DISK_BYTES = 64 << 20, STEPS_MAX = 4000 };

// How the registry is used while the disk fills up.
enum manner {
    STAYING_OPEN,
    CHECKPOINTING, // the log becomes part of the file after each request
    OPENED_ANEW,   // for each request, so that the log is made again and again
    PROGRAM,       // by the command line
    FEW_PAGES,     // SQLite itself may not take more pages
    N_MANNERS
};
static const char *const MANNERS[N_MANNERS] = {"staying open", "checkpointing", "opened anew",
                                               "command line", "few pages"};

struct campaign {
    struct world template;
    struct world world; // whose registry is on the small disk
    char disk[TH_TEST_PATH_SIZE];
    char filler[TH_TEST_PATH_SIZE];
    struct th_messages *messages;
    struct dice dice;
    int64_t steps, refusals;
};

static bool mount_disk(struct campaign *campaign)
{
    char options[64];
    (void)snprintf(options, sizeof(options), "size=%d", (int)DISK_BYTES);
    return mount("campaign", campaign->disk, "tmpfs", 0, options) == 0;
}

// Leaves so many bytes free.
static void fill(struct campaign *campaign, int64_t room)
{
    struct statvfs info;
    static char zeros[65536];
    assert_int_equal(statvfs(campaign->disk, &info), 0);
    int64_t left = (int64_t)(info.f_bavail * info.f_bsize) - room;
    FILE *file = fopen(campaign->filler, "w");
    assert_non_null(file);
    for (int64_t part = 0; left > 0; left -= part) {
        part = left < (int64_t)sizeof(zeros) ? left : (int64_t)sizeof(zeros);
        (void)fwrite(zeros, 1, (size_t)part, file);
    }
    (void)fclose(file);
}

static int64_t pages(struct campaign *campaign, const char *sql)
{
    struct th_store *store = th_registry_store(campaign->world.registry);
    sqlite3_stmt *stmt = NULL;
    assert_int_equal(sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t number = sqlite3_column_int64(stmt, 0);
    (void)sqlite3_finalize(stmt);
    return number;
}

static void limit_pages(struct campaign *campaign, int64_t more)
{
    char sql[64];
    int64_t most = more > 0 ? pages(campaign, "PRAGMA page_count") + more : 1 << 30;
    (void)snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %lld", (long long)most);
    assert_true(pages(campaign, sql) > 0);
}

// Does the refusal say, in words of the messages or by their key, that there is no room?
static bool says_full(const struct campaign *campaign, bool program)
{
    const struct th_error *err = &campaign->world.err;
    const char *reason = th_error_arg_get(err, program ? "said" : "reason");
    if (!program) {
        return strcmp(err->key, "disk_full") == 0 || (strcmp(err->key, "file_io") == 0 && reason &&
                                                      strcmp(reason, "@io_reason.full") == 0);
    }
    for (int lang = 0; lang < 2 && reason; lang++) {
        const enum th_lang language = lang == 0 ? TH_LANG_ZH : TH_LANG_EN;
        if (strstr(reason, th_messages_text(campaign->messages, language, "error.disk_full")) ||
            strstr(reason, th_messages_text(campaign->messages, language, "io_reason.full"))) {
            return true;
        }
    }
    return false;
}

static void checkpoint(struct campaign *campaign)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(campaign->world.path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
        (void)sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    }
    (void)sqlite3_close(db);
}

// On a full disk the file may not even open: the log needs a little room.
static bool reopen(struct campaign *campaign)
{
    world_shut(&campaign->world);
    return th_registry_open(campaign->world.path, TH_STORE_WRITE, &campaign->world.surroundings,
                            &campaign->world.registry, &campaign->world.err) == TH_OK;
}

static bool one_request(struct campaign *campaign, struct work *work, enum manner manner)
{
    if (manner == OPENED_ANEW && !reopen(campaign)) {
        return false;
    }
    bool done = work_step(work);
    if (manner == CHECKPOINTING && done) {
        checkpoint(campaign);
    }
    return done;
}

// Until the disk is full, and a few times more.
static bool until_full(struct campaign *campaign, struct work *work, enum manner manner)
{
    enum { TIMES = 4 };
    int refused = 0;
    for (int i = 0; i < STEPS_MAX && refused < TIMES; i++) {
        if (one_request(campaign, work, manner)) {
            campaign->steps++;
            continue;
        }
        refused++;
        campaign->refusals++;
        if (!says_full(campaign, manner == PROGRAM)) {
            print_error("refused on a full disk by %s: %s\n", campaign->world.err.key,
                        campaign->world.err.n_args > 0 ? campaign->world.err.args[0].value : "");
            return false;
        }
    }
    if (refused == 0) {
        print_error("%d requests, and the disk was never full\n", (int)STEPS_MAX);
    }
    return refused > 0;
}

static bool check_acks(struct campaign *campaign, const struct work *work)
{
    struct rows rows;
    struct ack ack;
    bool good = true;
    rows_open(&rows, campaign->world.path);
    FILE *file = fopen(work->acks, "r");
    while (good && file && work_ack_next(file, &ack)) {
        good = work_kept(&rows, &ack);
    }
    if (!good) {
        print_error("acknowledged and not there: work %lld trade %lld\n", (long long)ack.n,
                    (long long)ack.trade_id);
    }
    good = good && work_whole(&rows, 0);
    rows_close(&rows);
    if (file) {
        (void)fclose(file);
    }
    return good && sound_conserved(campaign->world.path);
}

// There is room again: the next requests succeed, through whatever was left open.
static bool go_on(struct campaign *campaign, struct work *work, enum manner manner)
{
    enum { STEPS = 12 };
    for (int i = 0; i < STEPS; i++) {
        if (!one_request(campaign, work, manner)) {
            print_error("refused although there is room: %s %s\n", campaign->world.err.key,
                        campaign->world.err.n_args > 0 ? campaign->world.err.args[0].value : "");
            return false;
        }
    }
    return true;
}

static bool at_level(struct campaign *campaign, enum manner manner, int64_t room)
{
    struct work work;
    struct world *world = &campaign->world;
    bool good = true;
    world_copy(&campaign->template, world);
    char inside[TH_TEST_PATH_SIZE];
    (void)th_test_path(inside, campaign->disk, "r.tanhui");
    assert_true(mount_disk(campaign));
    char *bytes = NULL;
    size_t size = 0;
    assert_ok(th_file_read(world->path, SIZE_MAX, &bytes, &size, &world->err), &world->err);
    assert_ok(th_file_write(inside, bytes, size, &world->err), &world->err);
    free(bytes);
    th_text_copy(world->path, sizeof(world->path), inside);
    work_resume(&work, world, 0, manner == PROGRAM);
    if (manner != PROGRAM) {
        world_open(world);
    }
    if (manner == FEW_PAGES) {
        limit_pages(campaign, 1 + room / 65536);
    } else {
        fill(campaign, room);
    }
    good = until_full(campaign, &work, manner);
    bool closes = roll(&campaign->dice, 2) == 0 && manner != FEW_PAGES;
    if (closes) {
        world_shut(world); // what it leaves behind on the full disk must do
    }
    if (manner == FEW_PAGES) {
        limit_pages(campaign, 0);
    }
    (void)unlink(campaign->filler);
    if (closes && manner != PROGRAM) {
        world_open(world);
    }
    good = good && go_on(campaign, &work, manner);
    world_shut(world);
    world_open(world);
    good = good && check_acks(campaign, &work) && sound_check(world);
    world_shut(world);
    assert_int_equal(umount(campaign->disk), 0);
    if (!good) {
        print_error("%s, %lld bytes of room\n", MANNERS[manner], (long long)room);
    }
    th_test_folder_remove(world->folder);
    return good;
}

static bool run(int64_t seed, int64_t levels)
{
    enum { MOST_ROOM = 3 << 20 };
    struct campaign *campaign = calloc(1, sizeof(*campaign));
    const struct world_size size = {
        .n_slots = 1, .n_issued = 4, .wide = true, .now_utc = (int64_t)time(NULL)};
    bool good = true;
    assert_non_null(campaign);
    print_message("seed %lld\n", (long long)seed);
    campaign->dice.state = (uint64_t)seed;
    assert_ok(th_messages_new(&campaign->messages, &campaign->world.err), &campaign->world.err);
    th_test_folder_make(campaign->disk);
    (void)th_test_path(campaign->filler, campaign->disk, "filler");
    world_make(&campaign->template, &size);
    work_prepare(&campaign->template);
    for (int64_t i = 0; i < levels && good; i++) {
        // Half of them close to nothing, where a page more or less decides.
        enum manner manner = (enum manner)(i % N_MANNERS);
        int64_t most = i % 2 == 0 ? MOST_ROOM : MOST_ROOM / 16;
        // Opening the file takes its time.
        most = manner == PROGRAM || manner == OPENED_ANEW ? MOST_ROOM / 16 : most;
        good = at_level(campaign, manner, roll(&campaign->dice, most));
        if ((i + 1) % 20 == 0) {
            print_message("%lld levels\n", (long long)i + 1);
        }
    }
    print_message("%lld levels, %lld requests acknowledged before the disk was full, %lld refused "
                  "because of it\n",
                  (long long)levels, (long long)campaign->steps, (long long)campaign->refusals);
    world_remove(&campaign->template);
    th_test_folder_remove(campaign->disk);
    th_messages_free(campaign->messages);
    free(campaign);
    return good;
}

// A small disk needs the right to mount one, in a space of its own that goes with this process.
static bool may_mount(void)
{
    return unshare(CLONE_NEWNS) == 0 && mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

int main(int argc, char **argv)
{
    int64_t seed = (int64_t)time(NULL);
    int64_t levels = 200;
    bool usage = argc % 2 == 1;
    for (int i = 1; i + 1 < argc && usage; i += 2) {
        int64_t *value = strcmp(argv[i], "--levels") == 0 ? &levels
                         : strcmp(argv[i], "--seed") == 0 ? &seed
                                                          : NULL;
        usage = value && th_text_parse_int(argv[i + 1], 1, INT64_MAX, value);
    }
    if (!usage) {
        print_error("campaign_full [--seed N] [--levels N]\n");
        return 2;
    }
    if (!may_mount()) {
        print_message("skipped: a small disk can be mounted by root only\n");
        return SKIPPED;
    }
    return run(seed, levels) ? 0 : 1;
}
