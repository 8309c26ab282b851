#include "tests/campaign/tally.h"

#include <string.h>

#include "core/text.h"
#include "tests/support/support.h"

void tally_done(struct tally *tally, const struct model *model, const struct act *act)
{
    bool proposed = act->kind == ACT_PROPOSE;
    tally->done[act->kind]++;
    tally->proposed[act->deal] += proposed;
    tally->at_once += proposed && act->at_once;
    tally->in_parts += proposed && act->n_pay > 0;
    if (act->kind == ACT_APPROVE) {
        tally->approved[model->deals[act->of].kind]++;
    } else if (proposed && act->at_once) {
        tally->approved[act->deal]++;
    }
}

void tally_refused(struct tally *tally, const char *key, int64_t n)
{
    int i = 0;
    while (tally->reasons[i].n > 0 && strcmp(tally->reasons[i].key, key) != 0) {
        i++;
        assert_true(i < MAX_REASONS);
    }
    th_text_copy(tally->reasons[i].key, REASON_SIZE, key);
    tally->reasons[i].n += n;
    tally->refused += n;
}

void tally_add(struct tally *sum, const struct tally *more)
{
    for (int i = 0; i < N_ACTS; i++) {
        sum->done[i] += more->done[i];
    }
    for (int i = 0; i < N_KINDS; i++) {
        sum->proposed[i] += more->proposed[i];
        sum->approved[i] += more->approved[i];
    }
    for (int i = 0; i < MAX_REASONS && more->reasons[i].n > 0; i++) {
        tally_refused(sum, more->reasons[i].key, more->reasons[i].n);
    }
    sum->at_once += more->at_once;
    sum->in_parts += more->in_parts;
    sum->replayed += more->replayed;
    sum->days += more->days;
}

void tally_print_line(const struct tally *tally, int64_t n, double seconds)
{
    print_message("%.0f s: %lld requests, %.0f a second; refused %lld, replayed %lld\n", seconds,
                  (long long)n, (double)n / (seconds > 0 ? seconds : 1), (long long)tally->refused,
                  (long long)tally->replayed);
}

static void print_number(const char *name, int64_t n, bool first)
{
    print_message("%s%s %lld", first ? "" : ", ", name, (long long)n);
}

// The most frequent first.
static void print_reasons(const struct tally *tally)
{
    bool told[MAX_REASONS] = {false};
    for (int n = 0; n < MAX_REASONS; n++) {
        int best = NONE;
        for (int i = 0; i < MAX_REASONS; i++) {
            bool more = best == NONE || tally->reasons[i].n > tally->reasons[best].n;
            best = !told[i] && tally->reasons[i].n > 0 && more ? i : best;
        }
        if (best == NONE) {
            break;
        }
        told[best] = true;
        print_number(tally->reasons[best].key, tally->reasons[best].n, n == 0);
    }
    print_message("\n");
}

void tally_print(const struct tally *tally, int64_t n, double seconds)
{
    tally_print_line(tally, n, seconds);
    print_message("done: ");
    for (int i = 0; i < N_ACTS; i++) {
        print_number(ACT_NAMES[i], tally->done[i], i == 0);
    }
    print_message("; days %lld\nproposed: ", (long long)tally->days);
    for (int i = 0; i < N_KINDS; i++) {
        print_number(KIND_NAMES[i], tally->proposed[i], i == 0);
    }
    print_message("; of these at once %lld, paid in parts %lld\napproved: ",
                  (long long)tally->at_once, (long long)tally->in_parts);
    for (int i = 0; i < N_KINDS; i++) {
        print_number(KIND_NAMES[i], tally->approved[i], i == 0);
    }
    print_message("\nrefused: ");
    print_reasons(tally);
}
