#define _GNU_SOURCE // gettid
#include <stdatomic.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/crew.h"
#include "tests/support/support.h"

struct job {
    int input;
    long output;
};

// Work whose length differs from job to job, so that the hands finish out of order.
static void work(void *hand, void *job)
{
    atomic_int *n_done = hand;
    struct job *j = job;
    long sum = 0;
    for (long i = 0; i < (j->input % 7) * 20000L; i++) {
        sum += i % 3;
    }
    j->output = sum >= 0 ? (long)j->input * j->input : -1;
    atomic_fetch_add(n_done, 1);
}

static void crew__jobs_come_back_in_order(void **state)
{
    (void)state;
    enum { JOBS = 500, OPEN = 8, HANDS = 3 };
    static struct job jobs[JOBS];
    atomic_int n_done[HANDS] = {0};
    void *hands[HANDS] = {&n_done[0], &n_done[1], &n_done[2]};
    struct th_crew *crew = NULL;
    struct th_error err;
    assert_int_equal(th_crew_new(work, hands, HANDS, OPEN, &crew, &err), TH_OK);
    int given = 0;
    int taken = 0;
    while (taken < JOBS) {
        while (given < JOBS && th_crew_has_room(crew)) {
            jobs[given] = (struct job){.input = given};
            th_crew_give(crew, &jobs[given]);
            given++;
        }
        assert_true(given - taken <= OPEN);
        struct job *job = th_crew_take(crew);
        assert_ptr_equal(job, &jobs[taken]);
        assert_int_equal(job->output, (long)taken * taken);
        taken++;
    }
    assert_null(th_crew_take(crew));
    th_crew_free(crew);
    assert_int_equal(n_done[0] + n_done[1] + n_done[2], JOBS);
}

static void crew__ends_with_jobs_open(void **state)
{
    (void)state;
    enum { OPEN = 16 };
    struct job jobs[OPEN];
    atomic_int n_done = 0;
    void *hands[] = {&n_done};
    struct th_crew *crew = NULL;
    assert_int_equal(th_crew_new(work, hands, 1, OPEN, &crew, NULL), TH_OK);
    for (int i = 0; i < OPEN; i++) {
        jobs[i] = (struct job){.input = 6};
        th_crew_give(crew, &jobs[i]);
    }
    assert_false(th_crew_has_room(crew));
    th_crew_free(crew);
    assert_true(n_done <= OPEN);
}

static int niceness(void)
{
    return getpriority(PRIO_PROCESS, (id_t)gettid());
}

static void give_way(void *hand, void *job)
{
    int *niceness_then = job;
    (void)hand;
    th_crew_give_way();
    *niceness_then = niceness();
}

static void crew__a_hand_gives_way_and_the_giver_does_not(void **state)
{
    (void)state;
    void *hands[] = {NULL};
    int before = niceness();
    int of_hand = before;
    struct th_crew *crew = NULL;
    assert_int_equal(th_crew_new(give_way, hands, 1, 1, &crew, NULL), TH_OK);
    th_crew_give(crew, &of_hand);
    assert_ptr_equal(th_crew_take(crew), &of_hand);
    th_crew_free(crew);
    assert_int_equal(niceness(), before);
    assert_true(of_hand > before || before >= 10);
}

static void crew__knows_at_least_one_core(void **state)
{
    (void)state;
    assert_true(th_crew_cores() >= 1 && th_crew_cores() <= TH_CREW_HANDS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(crew__jobs_come_back_in_order),
        cmocka_unit_test(crew__ends_with_jobs_open),
        cmocka_unit_test(crew__a_hand_gives_way_and_the_giver_does_not),
        cmocka_unit_test(crew__knows_at_least_one_core),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
