// Random requests of every kind to a registry, each answer foretold by a model of its own, each
// state compared with it. See docs/campaigns.md.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "core/text.h"
#include "registry/audit.h"
#include "tests/campaign/call.h"
#include "tests/campaign/commons.h"
#include "tests/campaign/compare.h"
#include "tests/campaign/draw.h"
#include "tests/campaign/sound.h"
#include "tests/campaign/tally.h"
#include "tests/campaign/together.h"

struct options {
    int64_t seed;
    int64_t operations;
    int64_t episode; // operations in one registry
    int64_t clients; // processes that share a registry
    int64_t every;   // operations between whole comparisons
};

struct run {
    struct world *world;
    struct slot *slot;
    struct model *model;
    struct rows rows;
    struct dice dice;
    struct tally *tally;
    struct commons *commons; // NULL: nobody else is there
    int64_t every;
    int64_t seq; // of the newest journal entry, while alone
};

static int64_t newest_entry(struct run *run)
{
    return rows_number(&run->rows, "SELECT max(seq) FROM journal", 0, 0);
}

// What a package turned out to have: tonnes, their reserve, and what is carried on.
static bool same_issues(const struct model *model, const struct th_json *reply)
{
    const struct th_json *serials = th_json_get(reply, "serials");
    for (int year = 0; year < YEARS; year++) {
        const struct issue *issue = &model->issues[model->n_issues - YEARS + year];
        const struct th_json *told = th_json_at(serials, (size_t)year);
        if (th_json_get_int(told, "issued_t", -1) != issue->n ||
            th_json_get_int(told, "buffer_t", -1) != issue->buffer) {
            print_error("difference: package %d has %lld t of %d in year %d\n", issue->package,
                        (long long)th_json_get_int(told, "issued_t", -1), issue->n, issue->year);
            return false;
        }
    }
    return true;
}

static bool note_answer(struct run *run, const struct act *act, const char *answer,
                        const struct th_json *reply)
{
    bool replayed = th_json_get_bool(reply, "replayed", false);
    if (replayed != (answer == REPLAYED)) {
        print_error("difference: %s\n", replayed ? "replayed, not done" : "done, not replayed");
        return false;
    }
    if (replayed) {
        run->tally->replayed++;
        return true;
    }
    tally_done(run->tally, run->model, act);
    if (act->kind == ACT_RUN && answer == DONE) {
        run->model->runs[run->model->n_runs - 1].id = th_json_get_int(reply, "distribution_id", 0);
    }
    if (act->kind == ACT_PROPOSE) {
        run->model->deals[run->model->n_deals - 1].id = th_json_get_int(reply, "trade_id", 0);
        return compare_reply(run->model, run->model->n_deals - 1, reply);
    }
    if (act->kind == ACT_DEDUCT) {
        struct deal *sale = &run->model->deals[act->of];
        sale->costs[sale->n_costs - 1].id = th_json_get_int(reply, "deduction_id", 0);
    }
    if (act->kind == ACT_LOAN) {
        struct deal *pledge = &run->model->deals[act->of];
        pledge->loan[pledge->n_loan - 1].id = th_json_get_int(reply, "payment_id", 0);
    }
    if (act->kind == ACT_LOAN || act->kind == ACT_LOAN_CORRECT) {
        return compare_loan(&run->model->deals[act->of], reply);
    }
    if (act->kind == ACT_ISSUE) {
        return same_issues(run->model, reply);
    }
    bool of_deal =
        act->kind == ACT_APPROVE || act->kind == ACT_RECEIPT || act->kind == ACT_RECEIPT_CORRECT;
    if (of_deal && !compare_reply(run->model, act->of, reply)) {
        return false;
    }
    for (int i = 0; of_deal && i < run->model->deals[act->of].n_paid; i++) {
        run->model->deals[act->of].paid[i].id =
            th_json_get_int(th_json_at(th_json_get(reply, "receipts"), (size_t)i), "receipt_id", 0);
    }
    return true;
}

// Every change is one entry, every deal that ends by the calendar one more; a refusal is none.
static bool check_entries(struct run *run, const struct act *act, const char *answer,
                          const struct th_json *reply)
{
    int64_t more = answer == DONE ? 1 : 0;
    if (answer == DONE && act->kind == ACT_EXPIRE) {
        more = (int64_t)th_json_size(th_json_get(reply, "expired"));
    }
    run->seq += more;
    int64_t seq = newest_entry(run);
    if (!run->commons && seq != run->seq) {
        print_error("difference: %lld entries of the journal, not %lld\n", (long long)seq,
                    (long long)run->seq);
        return false;
    }
    return true;
}

static bool same_refusal(const struct run *run, enum th_status status, const char *answer)
{
    bool done = answer == DONE || answer == REPLAYED || answer == NOTHING;
    if (done ? status == TH_OK : status != TH_OK && strcmp(run->world->err.key, answer) == 0) {
        return true;
    }
    print_error("difference: the registry says %s, the model %s\n",
                status == TH_OK ? "done" : run->world->err.key, answer);
    for (int i = 0; status != TH_OK && i < run->world->err.n_args; i++) {
        print_error("  %s: %s\n", run->world->err.args[i].name, run->world->err.args[i].value);
    }
    return false;
}

// What the model knows of a deal, for whoever looks for the reason.
static void explain(const struct model *model, int at)
{
    struct standing ranks[64];
    const struct deal *deal = &model->deals[at];
    print_error("  deal %lld: %lld t, %lld t locked, %lld t expected, last day %d, today %d\n",
                (long long)deal->id, (long long)deal->tonnes, (long long)model_locked(model, at),
                (long long)deal->expected, deal->last_day, model->today);
    int n = deal->kind == PLEDGE ? model_ranks(model, at, ranks, 64) : 0;
    for (int i = 0; i < n; i++) {
        print_error("  rank %d: pledge %lld held %lld deciding %lld lacking %lld waiving %lld "
                    "waiting %lld\n",
                    i + 1, (long long)model->deals[ranks[i].pledge].id, (long long)ranks[i].held,
                    (long long)ranks[i].deciding, (long long)ranks[i].lacking,
                    (long long)ranks[i].waiving, (long long)ranks[i].waiting);
    }
}

static bool step(struct run *run)
{
    struct act act = draw_act(&run->dice, run->model, !run->commons);
    struct th_json *reply = NULL;
    char text[512];
    call_describe(run->model, &act, text, sizeof(text));
    enum th_status status = call(run->world, run->slot, run->model, &act, &reply);
    const char *answer = model_foretell(run->model, &act);
    bool good = same_refusal(run, status, answer);
    if (good && status == TH_OK) {
        good = note_answer(run, &act, answer, reply);
    } else if (good) {
        tally_refused(run->tally, answer, 1);
    }
    good = good && check_entries(run, &act, answer, reply);
    const struct pair pair = {&run->rows, run->slot, run->model};
    good = good && (answer != DONE || compare_sums(&pair));
    if (!good) {
        print_error("  %s\n", text);
        if (act.of < run->model->n_deals) {
            explain(run->model, act.of);
        }
    }
    th_json_free(reply);
    return good;
}

static void next_day(struct run *run)
{
    enum { DAY_S = 86400 };
    run->world->now_utc += DAY_S * (1 + roll(&run->dice, 2));
    run->model->today = world_today(run->world);
    run->tally->days++;
}

// Operations until a difference; how many were done.
static int64_t go(struct run *run, int64_t operations, bool *ret_good)
{
    enum { STEPS_A_DAY = 120, COMMONS_IN = 15 };
    const struct pair pair = {&run->rows, run->slot, run->model};
    bool good = true;
    int64_t n = 0;
    while (good && n < operations) {
        if (!run->commons && roll(&run->dice, STEPS_A_DAY) == 0) {
            next_day(run);
        }
        if (!!run->commons && roll(&run->dice, COMMONS_IN) == 0) {
            good = commons_step(run->commons, run->world, &run->dice);
        } else {
            good = step(run);
        }
        n++;
        if (good && n % run->every == 0) {
            good = compare_all(&pair);
        }
    }
    *ret_good = good && compare_all(&pair);
    return n;
}

static void run_begin(struct run *run, struct world *world, int slot, uint64_t seed)
{
    run->world = world;
    run->slot = &world->slots[slot];
    world_open(world);
    sound_hurry(world);
    rows_open(&run->rows, world->path);
    run->model = world_model(world, slot);
    run->dice = (struct dice){.state = seed};
    run->seq = newest_entry(run);
}

static void run_end(struct run *run)
{
    rows_close(&run->rows);
    model_free(run->model);
}

// The registry of a difference is kept for whoever looks for the reason.
static void leave(struct world *world, bool good)
{
    if (good) {
        world_remove(world);
    } else {
        print_error("kept: %s\n", world->folder);
        world_shut(world);
    }
    free(world);
}

static bool episode_alone(const struct options *options, const struct world *template,
                          uint64_t seed, struct tally *tally, int64_t every, int64_t *ret_n)
{
    struct world *world = malloc(sizeof(*world));
    struct run run = {.tally = tally, .every = every};
    bool good = false;
    assert_non_null(world);
    world_copy(template, world);
    run_begin(&run, world, 0, seed);
    *ret_n = go(&run, options->episode, &good);
    good = good && sound_all(world);
    const struct pair pair = {&run.rows, run.slot, run.model};
    good = good && compare_all(&pair);
    run_end(&run);
    leave(world, good);
    return good;
}

// The smallest number of operations that shows it: once more, comparing everything after each.
static void narrow(const struct options *options, const struct world *template, uint64_t seed)
{
    struct tally tally = {.refused = 0};
    int64_t n = 0;
    print_message("again, comparing everything after each operation\n");
    (void)episode_alone(options, template, seed, &tally, 1, &n);
    print_message("shown by: --seed %llu --episode %lld --operations %lld --every 1\n",
                  (unsigned long long)seed, (long long)n, (long long)n);
}

struct child {
    struct together *together;
    struct world *world;
    struct commons commons;
    int64_t operations;
    int64_t every;
    uint64_t seed;
};

struct report { // of a client to its parent
    struct tally tally;
    int64_t sold_t;
};

// Days have gone by for all clients at once, and all of them end, at the same time, whatever is
// past its last day, their own and the others': together they tell each deal once.
static bool expire_together(struct run *run, struct together *together)
{
    enum { DAYS = 4, DAY_S = 86400 };
    const struct act act = {.kind = ACT_EXPIRE,
                            .login = DESK,
                            .of = run->model->n_deals,
                            .to = NONE,
                            .debtor = NONE,
                            .tonnes = NOT_GIVEN,
                            .on = NONE,
                            .least = NOT_GIVEN,
                            .from_on = NONE,
                            .until = NONE,
                            .sale = NONE,
                            .reversal = NONE};
    const struct pair pair = {&run->rows, run->slot, run->model};
    bool good = together_meet(together);
    run->world->now_utc += (int64_t)DAYS * DAY_S;
    run->model->today = world_today(run->world);
    run->tally->days += DAYS;
    if (good) {
        struct th_json *reply = NULL;
        int64_t before = run->model->ended;
        enum th_status status = call(run->world, run->slot, run->model, &act, &reply);
        good = same_refusal(run, status, model_foretell(run->model, &act));
        together_tell(together, (int64_t)th_json_size(th_json_get(reply, "expired")),
                      run->model->ended - before);
        th_json_free(reply);
        tally_done(run->tally, run->model, &act);
    }
    good = good && together_meet(together);
    if (good && !together_agree(together)) {
        print_error("difference: deals that ended were told more than once, or not\n");
        good = false;
    }
    return good && compare_all(&pair);
}

// In a process of its own; what it did goes to the parent.
static bool client(void *context, int slot, int out)
{
    enum { ROUNDS = 5 };
    struct child *child = context;
    struct report report = {.sold_t = 0};
    struct run run = {.tally = &report.tally, .commons = &child->commons, .every = child->every};
    bool good = false;
    run_begin(&run, child->world, slot, child->seed * WORLD_SLOTS + (uint64_t)slot);
    for (int i = 0; i < ROUNDS; i++) {
        (void)go(&run, child->operations / ROUNDS, &good);
        good = good && expire_together(&run, child->together);
        if (!good) {
            together_give_up(child->together);
            break;
        }
    }
    run_end(&run);
    world_shut(child->world);
    report.sold_t = child->commons.sold_t;
    return write(out, &report, sizeof(report)) == (ssize_t)sizeof(report) && good;
}

static void take_report(void *context, int in)
{
    struct report report;
    struct report *sum = context;
    if (read(in, &report, sizeof(report)) == (ssize_t)sizeof(report)) {
        tally_add(&sum->tally, &report.tally);
        sum->sold_t += report.sold_t;
    }
}

static bool episode_shared(const struct options *options, const struct world *template,
                           uint64_t seed, struct tally *tally, int64_t *ret_n)
{
    struct world *world = malloc(sizeof(*world));
    int clients = (int)options->clients;
    struct report sum = {.sold_t = 0};
    assert_non_null(world);
    world_copy(template, world);
    struct child child = {.together = together_new(clients),
                          .world = world,
                          .operations = options->episode / clients,
                          .every = options->every,
                          .seed = seed};
    commons_prepare(&child.commons, world, clients);
    bool good = sound_clients(world, clients, client, &child, take_report, &sum);
    together_free(child.together);
    tally_add(tally, &sum.tally);
    child.commons.sold_t = sum.sold_t;
    world_open(world);
    sound_hurry(world);
    good = good && commons_sound(&child.commons, world) && sound_all(world);
    *ret_n = child.operations * clients;
    leave(world, good);
    return good;
}

static double seconds_now(void)
{
    struct timespec at;
    (void)clock_gettime(CLOCK_MONOTONIC, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static bool read_options(int argc, char **argv, struct options *options)
{
    const struct {
        const char *name;
        int64_t *value;
        int64_t most;
    } known[] = {{"--seed", &options->seed, INT64_MAX},
                 {"--operations", &options->operations, INT64_MAX},
                 {"--episode", &options->episode, 100000},
                 {"--clients", &options->clients, WORLD_SLOTS - 1},
                 {"--every", &options->every, INT64_MAX}};
    for (int i = 1; i < argc; i += 2) {
        size_t k = 0;
        while (k < sizeof(known) / sizeof(known[0]) && strcmp(known[k].name, argv[i]) != 0) {
            k++;
        }
        if (k == sizeof(known) / sizeof(known[0]) || i + 1 == argc ||
            !th_text_parse_int(argv[i + 1], 1, known[k].most, known[k].value)) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    struct options options = {
        .seed = time(NULL), .operations = 10000, .episode = 4000, .clients = 1, .every = 400};
    if (!read_options(argc, argv, &options)) {
        print_error("campaign_books [--seed N] [--operations N] [--episode N] [--clients N] "
                    "[--every N]\n");
        return 2;
    }
    const struct world_size size = {.n_slots = options.clients > 1 ? (int)options.clients + 1 : 1,
                                    .n_issued = options.clients > 1 ? 6 : 12,
                                    .n_planned = options.clients > 1 ? 4 : 12};
    struct world *template = malloc(sizeof(*template));
    struct tally tally = {.refused = 0};
    assert_non_null(template);
    print_message("seed %lld\n", (long long)options.seed);
    world_make(template, &size);
    double begin = seconds_now();
    double told = begin;
    bool good = true;
    int64_t n = 0;
    for (uint64_t seed = (uint64_t)options.seed; good && n < options.operations; seed++) {
        int64_t part = 0;
        good = options.clients > 1
                   ? episode_shared(&options, template, seed, &tally, &part)
                   : episode_alone(&options, template, seed, &tally, options.every, &part);
        n += part;
        double now = seconds_now();
        if (good && now - told >= 60) {
            tally_print_line(&tally, n, now - begin);
            told = now;
        }
        if (!good) {
            print_error("seed %llu, operation %lld\n", (unsigned long long)seed, (long long)part);
            if (options.clients == 1 && options.every > 1) {
                narrow(&options, template, seed);
            }
        }
    }
    tally_print(&tally, n, seconds_now() - begin);
    world_remove(template);
    free(template);
    return good ? 0 : 1;
}
