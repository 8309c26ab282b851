// An export of a journal from anywhere: no crash, and what is found sound is counted soundly.
#include <stdlib.h>
#include <string.h>

#include "audit/check.h"
#include "audit/report.h"
#include "tests/fuzz/fuzz.h"

// Units stand at one place each, and money sums to zero.
static void look_sound(const struct th_check *check)
{
    int64_t units_t = 0;
    int64_t money_fen[TH_ACCOUNTS] = {0};
    for (size_t i = 0; i < check->books.holder_ids.n; i++) {
        for (int k = 0; k < TH_UNIT_STATES; k++) {
            units_t += check->books.holders[i].units_t[k];
        }
        for (int k = 0; k < TH_ACCOUNTS; k++) {
            money_fen[k] =
                (int64_t)((uint64_t)money_fen[k] + (uint64_t)check->books.holders[i].money_fen[k]);
        }
    }
    assert(units_t == check->books.issued_t);
    assert(check->partial || (money_fen[0] == 0 && money_fen[1] == 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct th_check *check = calloc(1, sizeof(*check));
    assert(check);
    check->options.part = size % 2 == 1;
    struct th_feed_options options = {.visit = th_check_line, .context = check};
    struct th_feed_result result = th_feed_bytes(data, size, &options);
    assert(result.end == TH_FEED_WHOLE || result.end == TH_FEED_STOPPED);
    assert(!check->books.no_memory);
    th_check_end(check, result.ends_in_line);
    if (check->faults.n == 0 && !check->not_ours) {
        look_sound(check);
    }
    for (int64_t i = 0; i < check->faults.n && i < TH_FAULTS_KEPT; i++) {
        char sentence[TH_FAULT_SENTENCE_SIZE];
        th_fault_sentence(&check->faults.kept[i], i % 2 == 0, sentence);
        assert(strlen(sentence) > 0);
    }
    FILE *nowhere = fopen("/dev/null", "w");
    struct th_report_options report = {.chinese = size % 4 > 1, .n_listed = 10};
    assert(nowhere && th_report_json(check, &report, nowhere) &&
           th_report_text(check, &report, nowhere));
    (void)fclose(nowhere);
    th_check_clear(check);
    free(check);
    return 0;
}
