// Clients that trade on one file are killed at random moments, a thousand times. What was
// acknowledged must be there, nothing by halves, nothing twice, and work must go on by itself. See
// docs/campaigns.md.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/text.h"
#include "tests/campaign/draw.h"
#include "tests/campaign/sound.h"
#include "tests/campaign/work.h"

// Two clients of the library, one that starts the program for each request, and one that does
// nothing but make the log part of the file.
enum { N_CLIENTS = 3, N_PROCESSES = 4, CHECKPOINTER = 3, PROGRAM = 2 };

struct campaign {
    struct world world;
    pid_t pids[N_PROCESSES];
    long read_to[N_CLIENTS]; // of the acknowledgements
    struct dice dice;
    int64_t kills, kills_of_all, acks, replays, whole_checks;
    int64_t acks_of_program;
};

static void checkpoint_on(const struct world *world, int ready)
{
    sqlite3 *db = NULL;
    if (sqlite3_open_v2(world->path, &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK ||
        write(ready, "r", 1) != 1) {
        _exit(1);
    }
    for (;;) {
        const struct timespec wait = {.tv_nsec = 3000000};
        (void)sqlite3_wal_checkpoint_v2(db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
        (void)nanosleep(&wait, NULL);
    }
}

static void trade_on(struct world *world, int number, int ready)
{
    struct work work;
    work_resume(&work, world, number, number == PROGRAM);
    if (!work.program) {
        world_open(world);
    }
    if (write(ready, "r", 1) != 1) {
        _exit(1);
    }
    while (work_step(&work)) {
    }
    print_error("client %d: %s %s\n", number, world->err.key,
                world->err.n_args > 0 ? world->err.args[0].value : "");
    _exit(1);
}

// A group of its own, so that the programs that a client starts die with it.
static void start(struct campaign *campaign, int number)
{
    int ends[2];
    char byte = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        (void)setpgid(0, 0);
        if (number == CHECKPOINTER) {
            checkpoint_on(&campaign->world, ends[1]);
        }
        trade_on(&campaign->world, number, ends[1]);
    }
    (void)setpgid(pid, pid);
    (void)close(ends[1]);
    assert_int_equal(read(ends[0], &byte, 1), 1);
    (void)close(ends[0]);
    campaign->pids[number] = pid;
}

static bool strike(struct campaign *campaign, int number)
{
    int status = 0;
    pid_t pid = campaign->pids[number];
    assert_int_equal(kill(-pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    campaign->pids[number] = 0;
    if (!WIFSIGNALED(status)) {
        print_error("client %d ended by itself, with %d\n", number, WEXITSTATUS(status));
    }
    return WIFSIGNALED(status);
}

static bool check_acks(struct campaign *campaign, struct rows *rows, int number)
{
    struct work work;
    struct ack ack;
    bool good = true;
    work_resume(&work, &campaign->world, number, false);
    FILE *file = fopen(work.acks, "r");
    if (!file) {
        return true;
    }
    (void)fseek(file, campaign->read_to[number], SEEK_SET);
    while (good && work_ack_next(file, &ack)) {
        campaign->acks++;
        campaign->acks_of_program += number == PROGRAM;
        campaign->replays += ack.replayed;
        good = work_kept(rows, &ack);
        if (!good) {
            print_error("client %d: acknowledged and not there: work %lld step %d trade %lld\n",
                        number, (long long)ack.n, (int)ack.step, (long long)ack.trade_id);
        }
    }
    campaign->read_to[number] = ftell(file);
    (void)fclose(file);
    return good;
}

// While nobody else has the file, or while the others go on.
static bool check(struct campaign *campaign, bool alone, bool everything)
{
    struct rows rows;
    bool good = true;
    world_open(&campaign->world); // as any program opens it
    rows_open(&rows, campaign->world.path);
    int64_t newest = rows_number(&rows, "SELECT max(trade_id) FROM trade", 0, 0);
    for (int i = 0; i < N_CLIENTS && good; i++) {
        good = !alone || check_acks(campaign, &rows, i);
    }
    good = good && work_whole(&rows, everything ? 0 : newest - 200);
    rows_close(&rows);
    good = good && sound_conserved(campaign->world.path);
    if (good && everything) {
        good = sound_check(&campaign->world);
        campaign->whole_checks++;
    }
    world_shut(&campaign->world);
    return good;
}

static void wait_for(struct dice *dice, int64_t most_ns)
{
    const struct timespec wait = {.tv_nsec = (long)roll(dice, most_ns)};
    (void)nanosleep(&wait, NULL);
}

// All are killed at one moment, or one of them while the others go on.
static bool round_of(struct campaign *campaign, int64_t number, int64_t kills)
{
    enum { MOST_NS = 400000000, EVERYTHING_IN = 50 };
    bool good = true;
    bool all = roll(&campaign->dice, 4) != 0 || number + 1 >= kills;
    for (int i = 0; i < N_PROCESSES; i++) {
        if (campaign->pids[i] == 0) {
            start(campaign, i);
        }
    }
    wait_for(&campaign->dice, MOST_NS);
    if (!all) {
        good = strike(campaign, (int)roll(&campaign->dice, N_PROCESSES));
        campaign->kills++;
        return good && check(campaign, false, false);
    }
    for (int i = 0; i < N_PROCESSES; i++) {
        (void)kill(-campaign->pids[i], SIGSTOP); // so that no one outlives the others
    }
    for (int i = 0; i < N_PROCESSES; i++) {
        good = strike(campaign, i) && good;
    }
    campaign->kills++;
    campaign->kills_of_all++;
    return good && check(campaign, true, campaign->kills_of_all % EVERYTHING_IN == 0);
}

static bool finish(struct campaign *campaign)
{
    for (int i = 0; i < N_PROCESSES; i++) {
        if (campaign->pids[i] != 0) {
            (void)strike(campaign, i);
        }
    }
    memset(campaign->read_to, 0, sizeof(campaign->read_to));
    campaign->acks = 0;
    campaign->acks_of_program = 0;
    campaign->replays = 0;
    bool good = check(campaign, true, true);
    world_open(&campaign->world);
    good = good && sound_all(&campaign->world);
    world_shut(&campaign->world);
    return good;
}

static bool run(int64_t seed, int64_t kills)
{
    struct campaign *campaign = calloc(1, sizeof(*campaign));
    const struct world_size size = {.n_slots = 1,
                                    .n_issued = kills > 100 ? 40 : 4,
                                    .wide = true,
                                    .now_utc = (int64_t)time(NULL)};
    bool good = true;
    assert_non_null(campaign);
    print_message("seed %lld\n", (long long)seed);
    world_make(&campaign->world, &size);
    work_prepare(&campaign->world);
    campaign->dice.state = (uint64_t)seed;
    for (int64_t i = 0; i < kills && good; i++) {
        good = round_of(campaign, i, kills);
        if ((i + 1) % 100 == 0) {
            print_message("%lld kills, %lld acknowledged\n", (long long)i + 1,
                          (long long)campaign->acks);
        }
    }
    good = finish(campaign) && good;
    print_message("%lld moments of SIGKILL, %lld of them for all processes; %lld requests "
                  "acknowledged, %lld of them to the command line, %lld asked again that had "
                  "happened; %lld whole checks\n",
                  (long long)campaign->kills, (long long)campaign->kills_of_all,
                  (long long)campaign->acks, (long long)campaign->acks_of_program,
                  (long long)campaign->replays, (long long)campaign->whole_checks);
    good = good && campaign->acks > 0;
    if (good) {
        world_remove(&campaign->world);
    } else {
        print_error("kept: %s\n", campaign->world.folder);
    }
    free(campaign);
    return good;
}

int main(int argc, char **argv)
{
    int64_t seed = (int64_t)time(NULL);
    int64_t kills = 1000;
    bool usage = argc % 2 == 1;
    for (int i = 1; i + 1 < argc && usage; i += 2) {
        int64_t *value = strcmp(argv[i], "--kills") == 0  ? &kills
                         : strcmp(argv[i], "--seed") == 0 ? &seed
                                                          : NULL;
        usage = value && th_text_parse_int(argv[i + 1], 1, INT64_MAX, value);
    }
    if (!usage) {
        print_error("campaign_kill [--seed N] [--kills N]\n");
        return 2;
    }
    // A registry's stock lasts for so many on a quick machine.
    enum { WORLD_KILLS = 400 };
    bool good = true;
    for (; kills > 0 && good; kills -= WORLD_KILLS, seed++) {
        good = run(seed, kills < WORLD_KILLS ? kills : WORLD_KILLS);
    }
    return good ? 0 : 1;
}
