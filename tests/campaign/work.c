#include <inttypes.h>
#include <stdio.h>

#include "tests/campaign/work.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/text.h"
#include "trading/deal/trade.h"
#include "trading/pledge/pledge.h"
#include "trading/revenue/receipt.h"
#include "trading/spot/listing.h"
#include "trading/spot/spot.h"

enum { N_PLANS = 6, MAX_PLACES = 4, TEXT = 32, MAX_WORDS = 32, SAID = 16384 };

// What the pieces of work consist of; each begins with a proposal that the bank's stock covers.
static const struct {
    enum step steps[MAX_PLACES];
    int n;
} PLANS[N_PLANS] = {{{STEP_RESALE, STEP_APPROVE, STEP_RECEIPT}, 3},
                    {{STEP_RESALE, STEP_REJECT}, 2},
                    {{STEP_TRANSFER, STEP_APPROVE}, 2},
                    {{STEP_RETIREMENT, STEP_APPROVE}, 2},
                    {{STEP_LISTING, STEP_APPROVE, STEP_WITHDRAW}, 3},
                    {{STEP_PLEDGE, STEP_APPROVE, STEP_RELEASE, STEP_APPROVE}, 4}};
static const char *const KINDS[] = {"resale",  "transfer", "retirement",
                                    "listing", "pledge",   "release"};

int64_t work_tonnes(int64_t n)
{
    return 1 + n % 3;
}

static enum step step_of(const struct work *work)
{
    return PLANS[work->n % N_PLANS].steps[work->place];
}

static void move_on(struct work *work, int64_t trade_id)
{
    work->trade_id = trade_id;
    work->first_trade_id = work->place == 0 ? trade_id : work->first_trade_id;
    if (++work->place == PLANS[work->n % N_PLANS].n) {
        work->place = 0;
        work->n++;
    }
}

bool work_ack_next(FILE *file, struct ack *ret_ack)
{
    enum { N_NUMBERS = 4 };
    long at = ftell(file);
    char line[96];
    int64_t numbers[N_NUMBERS] = {0};
    // A line that is not ended was not acknowledged: the client died over it.
    if (!fgets(line, sizeof(line), file) || line[strlen(line) - 1] != '\n') {
        (void)fseek(file, at, SEEK_SET);
        return false;
    }
    char *word = line;
    for (int i = 0; i < N_NUMBERS; i++) {
        char *end = NULL;
        numbers[i] = strtoll(word, &end, 10);
        if (end == word) {
            fail_msg("not an acknowledgement: %s", line);
        }
        word = end;
    }
    *ret_ack = (struct ack){.n = numbers[0],
                            .step = (enum step)numbers[1],
                            .trade_id = numbers[2],
                            .replayed = numbers[3] != 0};
    return true;
}

void work_resume(struct work *work, struct world *world, int number, bool program)
{
    struct ack ack;
    char name[TEXT];
    *work = (struct work){.world = world, .number = number, .program = program};
    (void)snprintf(name, sizeof(name), "acks-%d", number);
    (void)th_test_path(work->acks, world->folder, name);
    FILE *file = fopen(work->acks, "r");
    while (file && work_ack_next(file, &ack)) {
        move_on(work, ack.trade_id);
    }
    long good = file ? ftell(file) : 0;
    if (file) {
        (void)fclose(file);
        assert_int_equal(truncate(work->acks, good), 0);
    }
}

static void acknowledge(const struct work *work, enum step step, int64_t trade_id, bool replayed)
{
    char line[96];
    int n = snprintf(line, sizeof(line), "%" PRId64 " %d %" PRId64 " %d\n", work->n, (int)step,
                     trade_id, replayed);
    int file = open(work->acks, O_WRONLY | O_CREAT | O_APPEND, 0600);
    assert_true(file >= 0);
    assert_int_equal(write(file, line, (size_t)n), n);
    assert_int_equal(fsync(file), 0);
    (void)close(file);
}

// The words of a request.
struct request {
    char key[TEXT];
    char bank[TEXT], second_bank[TEXT], factory[TEXT], tonnes[TEXT], trade[TEXT], amount[TEXT];
};

static void say(const struct work *work, struct request *r)
{
    const struct slot *slot = &work->world->slots[0];
    int64_t tonnes = work_tonnes(work->n);
    (void)snprintf(r->key, TEXT, "%c-%d-%" PRId64 "-%d",
                   step_of(work) < STEP_APPROVE    ? 'p'
                   : step_of(work) == STEP_RECEIPT ? 'r'
                                                   : 'd',
                   work->number, work->n, work->place);
    (void)snprintf(r->bank, TEXT, "%" PRId64, slot->party_ids[BANK]);
    (void)snprintf(r->second_bank, TEXT, "%" PRId64, slot->party_ids[SECOND_BANK]);
    (void)snprintf(r->factory, TEXT, "%" PRId64, slot->party_ids[FACTORY]);
    (void)snprintf(r->tonnes, TEXT, "%" PRId64, tonnes);
    (void)snprintf(r->amount, TEXT, "%" PRId64 ".00", tonnes * 70);
    (void)snprintf(r->trade, TEXT, "%" PRId64,
                   step_of(work) == STEP_RELEASE ? work->first_trade_id : work->trade_id);
}

// The bank's own person asks, of what the pledgee gives free the pledgee's; the county decides.
static const char *asker_of(const struct work *work)
{
    enum step step = step_of(work);
    bool decides = step == STEP_APPROVE || step == STEP_REJECT;
    return work->world->slots[0].logins[decides                ? OFFICER
                                        : step == STEP_RELEASE ? STRANGER
                                                               : TELLER];
}

static enum th_status propose(const struct work *work, const struct request *r,
                              const struct th_request *asker, struct th_json **reply)
{
    struct th_registry *registry = work->world->registry;
    struct th_error *err = &work->world->err;
    const struct th_resale_input resale = {
        .from = r->bank, .to = r->factory, .tonnes = r->tonnes, .price = "70"};
    const struct th_unit_transfer_input transfer = {
        .from = r->bank, .to = r->factory, .tonnes = r->tonnes};
    const struct th_retirement_input retirement = {
        .holder = r->bank, .tonnes = r->tonnes, .beneficiary = r->factory, .purpose = "offset"};
    const struct th_listing_input listing = {.holder = r->bank, .tonnes = r->tonnes, .price = "70"};
    const struct th_pledge_input pledge = {.holder = r->bank,
                                           .to = r->second_bank,
                                           .tonnes = r->tonnes,
                                           .principal = "100",
                                           .rate = "4",
                                           .from = "2024-01-01",
                                           .until = "2030-01-01",
                                           .valuation = "100",
                                           .number = "1"};
    const struct th_release_input release = {.pledge = r->trade};
    switch ((int)step_of(work)) {
    case STEP_RESALE:
        return th_trade_propose_resale(registry, asker, &resale, reply, err);
    case STEP_TRANSFER:
        return th_trade_propose_transfer(registry, asker, &transfer, reply, err);
    case STEP_RETIREMENT:
        return th_trade_propose_retirement(registry, asker, &retirement, reply, err);
    case STEP_LISTING:
        return th_trade_propose_listing(registry, asker, &listing, reply, err);
    case STEP_PLEDGE:
        return th_trade_propose_pledge(registry, asker, &pledge, reply, err);
    default:
        return th_trade_propose_release(registry, asker, &release, reply, err);
    }
}

static enum th_status ask_library(const struct work *work, const struct request *r,
                                  struct th_json **reply)
{
    const struct th_request asker = {.login = asker_of(work), .idempotency_key = r->key};
    struct th_registry *registry = work->world->registry;
    struct th_error *err = &work->world->err;
    switch ((int)step_of(work)) {
    case STEP_APPROVE:
        return th_trade_approve(registry, &asker, work->trade_id, NULL, reply, err);
    case STEP_REJECT:
        return th_trade_reject(registry, &asker, work->trade_id, NULL, reply, err);
    case STEP_RECEIPT:
        return th_receipt_confirm(registry, &asker, work->trade_id, r->amount, NULL, reply, err);
    case STEP_WITHDRAW:
        return th_listing_withdraw(registry, &asker, work->trade_id, reply, err);
    default:
        return propose(work, r, &asker, reply);
    }
}

// The command line of a request, up to its common options.
static int command(const struct work *work, const struct request *r, const char *words[MAX_WORDS])
{
    enum { COMMAND_MAX = 20 };
    const char *const commands[N_STEPS][COMMAND_MAX] = {
        [STEP_RESALE] = {"trade", "propose", "resale", "--from", r->bank, "--to", r->factory,
                         "--tonnes", r->tonnes, "--price", "70"},
        [STEP_TRANSFER] = {"trade", "propose", "transfer", "--from", r->bank, "--to", r->factory,
                           "--tonnes", r->tonnes},
        [STEP_RETIREMENT] = {"trade", "propose", "retirement", "--holder", r->bank, "--tonnes",
                             r->tonnes, "--beneficiary", r->factory, "--purpose", "offset"},
        [STEP_LISTING] = {"trade", "propose", "listing", "--holder", r->bank, "--tonnes", r->tonnes,
                          "--price", "70"},
        [STEP_PLEDGE] = {"trade", "propose", "pledge", "--holder", r->bank, "--to", r->second_bank,
                         "--tonnes", r->tonnes, "--principal", "100", "--rate", "4", "--from",
                         "2024-01-01", "--until", "2030-01-01", "--valuation=100", "--number=1"},
        [STEP_RELEASE] = {"trade", "propose", "release", "--pledge", r->trade},
        [STEP_APPROVE] = {"trade", "approve", r->trade},
        [STEP_REJECT] = {"trade", "reject", r->trade},
        [STEP_RECEIPT] = {"receipt", "confirm", r->trade, "--amount", r->amount},
        [STEP_WITHDRAW] = {"trade", "withdraw", r->trade}};
    int n = 0;
    enum step step = step_of(work);
    for (; n < COMMAND_MAX && commands[step][n]; n++) {
        words[n + 1] = commands[step][n];
    }
    return n + 1;
}

static enum th_status ask_program(const struct work *work, const struct request *r,
                                  struct th_json **reply)
{
    const char *words[MAX_WORDS] = {getenv("TANHUI_PROGRAM")};
    char said[SAID];
    size_t n_said = 0;
    int out[2];
    int status = 0;
    int n = command(work, r, words);
    const char *const common[] = {"--json", "--registry",   work->world->path,
                                  "--as",   asker_of(work), "--idempotency-key",
                                  r->key};
    for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++) {
        words[n++] = common[i];
    }
    assert_non_null(words[0]);
    assert_int_equal(pipe(out), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        if (dup2(out[1], STDOUT_FILENO) >= 0 && dup2(out[1], STDERR_FILENO) >= 0) {
            execv(words[0], (char **)words);
        }
        _exit(127);
    }
    (void)close(out[1]);
    for (ssize_t got = 1; got > 0 && n_said < sizeof(said); n_said += (size_t)got) {
        got = read(out[0], said + n_said, sizeof(said) - n_said);
        got = got > 0 ? got : 0;
    }
    (void)close(out[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        said[n_said < sizeof(said) ? n_said : sizeof(said) - 1] = '\0';
        return th_error_set(&work->world->err, TH_IO, "program", "said", said, NULL);
    }
    return th_json_parse(said, n_said, reply, &work->world->err);
}

bool work_step(struct work *work)
{
    struct request r;
    struct th_json *reply = NULL;
    enum step step = step_of(work);
    work->world->now_utc = (int64_t)time(NULL);
    say(work, &r);
    enum th_status status =
        work->program ? ask_program(work, &r, &reply) : ask_library(work, &r, &reply);
    if (status != TH_OK) {
        return false;
    }
    int64_t trade_id = step < STEP_APPROVE ? th_json_get_int(reply, "trade_id", 0) : work->trade_id;
    acknowledge(work, step, trade_id, th_json_get_bool(reply, "replayed", false));
    th_json_free(reply);
    move_on(work, trade_id);
    return true;
}

void work_prepare(struct world *world)
{
    const struct slot *slot = &world->slots[0];
    const struct th_request teller = {.login = slot->logins[TELLER]};
    const struct th_request officer = {.login = slot->logins[OFFICER]};
    char texts[WORLD_PACKAGES][TEXT];
    const char *packages[WORLD_PACKAGES];
    char bank[TEXT];
    struct th_json *reply = NULL;
    size_t n = 0;
    for (int i = 0; i < slot->n_issued; i++) {
        if (!world_special(i)) {
            (void)snprintf(texts[n], TEXT, "%" PRId64, slot->package_ids[i]);
            packages[n] = texts[n];
            n++;
        }
    }
    (void)snprintf(bank, TEXT, "%" PRId64, slot->party_ids[BANK]);
    const struct th_purchase_input input = {
        .packages = packages, .n_packages = n, .to = bank, .price = "43.44"};
    world_open(world);
    assert_ok(th_trade_propose_purchase(world->registry, &teller, &input, &reply, &world->err),
              &world->err);
    int64_t trade_id = th_json_get_int(reply, "trade_id", 0);
    th_json_free(reply);
    assert_ok(th_trade_approve(world->registry, &officer, trade_id, NULL, &reply, &world->err),
              &world->err);
    th_json_free(reply);
    world_shut(world);
}

bool work_kept(struct rows *rows, const struct ack *ack)
{
    static const char WITHDRAWN[] =
        "SELECT posted_t + released_t = placed_t AND ?2 > 0 FROM unit_lock WHERE lock_id = ?1";
    static const char *const SQLS[N_STEPS] = {
        [STEP_APPROVE] = "SELECT state = 'approved' FROM trade WHERE trade_id = ?1",
        [STEP_REJECT] = "SELECT state = 'rejected' FROM trade WHERE trade_id = ?1",
        [STEP_RECEIPT] = "SELECT sum(amount_fen) = 7000 * ?2 FROM receipt WHERE trade_id = ?1",
        [STEP_WITHDRAW] = WITHDRAWN};
    const char *sql = SQLS[ack->step];
    if (sql) {
        return rows_number(rows, sql, ack->trade_id, work_tonnes(ack->n)) == 1;
    }
    rows_query(rows, "SELECT kind FROM trade WHERE trade_id = ?1 AND tonnes = ?2", ack->trade_id,
               work_tonnes(ack->n));
    return rows_next(rows) && strcmp(rows_text(rows, 0), KINDS[ack->step]) == 0;
}

bool work_whole(struct rows *rows, int64_t above_id)
{
    static const char HALVES[] =
        "SELECT count(*) FROM trade t WHERE trade_id > ?1 AND ("
        "(SELECT sum(tonnes) FROM trade_line l WHERE l.trade_id = t.trade_id) IS NOT t.tonnes "
        "OR coalesce((SELECT sum(b.last - b.first + 1) FROM unit_lock k JOIN unit_block b"
        " USING (lock_id) WHERE k.lock_id = t.trade_id AND b.state = 'locked'), 0)"
        " <> (SELECT sum(placed_t - posted_t - released_t) FROM unit_lock k"
        " WHERE k.lock_id = t.trade_id) "
        "OR (state = 'proposed' AND (SELECT sum(placed_t - posted_t - released_t) FROM unit_lock k"
        " WHERE k.lock_id = t.trade_id) <> t.tonnes) "
        "OR (kind = 'resale' AND (state = 'approved') <> ((SELECT count(*) FROM money_leg m WHERE"
        " m.trade_id = t.trade_id AND memo = 'money.resale') >= 2)) "
        "OR (SELECT coalesce(sum(amount_fen), 0) FROM money_leg m WHERE m.trade_id = t.trade_id)"
        " <> 0)";
    static const char TWICE[] =
        "SELECT (SELECT count(*) FROM trade) - 1 - (SELECT count(*) FROM idempotency WHERE key"
        " BETWEEN 'p-' AND 'p.') + abs((SELECT count(*) FROM receipt) - (SELECT count(*) FROM"
        " idempotency WHERE key BETWEEN 'r-' AND 'r.'))";
    int64_t halves = rows_number(rows, HALVES, above_id, 0);
    int64_t twice = rows_number(rows, TWICE, 0, 0);
    if (halves != 0 || twice != 0) {
        print_error("%" PRId64 " trades are not whole; %" PRId64 " more than there are keys\n",
                    halves, twice);
    }
    return halves == 0 && twice == 0;
}
