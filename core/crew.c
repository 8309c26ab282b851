// A ring of jobs between one giver and several hands. `first` is the oldest job not taken back,
// `next` the oldest that nobody began, `end` where the next one goes; all three only grow.
#define _GNU_SOURCE // sched_getaffinity, gettid
#include "core/crew.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

struct slot {
    void *job;
    bool done;
};

struct hand {
    struct th_crew *crew;
    void *context;
    pthread_t thread;
};

struct th_crew {
    void (*work)(void *hand, void *job);
    pthread_mutex_t mutex;
    pthread_cond_t given; // a job, or the end
    pthread_cond_t done;
    struct slot *slots;
    size_t n_slots;
    size_t first, next, end;
    bool ending;
    struct hand *hands;
    unsigned n_hands; // that were started
};

unsigned th_crew_cores(void)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (sched_getaffinity(0, sizeof(cores), &cores) != 0) {
        return 1;
    }
    int n = CPU_COUNT(&cores);
    return n < 1 ? 1 : n > TH_CREW_HANDS_MAX ? TH_CREW_HANDS_MAX : (unsigned)n;
}

static void *hand_run(void *argument)
{
    struct hand *hand = argument;
    struct th_crew *crew = hand->crew;
    pthread_mutex_lock(&crew->mutex);
    for (;;) {
        while (crew->next == crew->end && !crew->ending) {
            pthread_cond_wait(&crew->given, &crew->mutex);
        }
        if (crew->ending) {
            break;
        }
        struct slot *slot = &crew->slots[crew->next++ % crew->n_slots];
        pthread_mutex_unlock(&crew->mutex);
        crew->work(hand->context, slot->job);
        pthread_mutex_lock(&crew->mutex);
        slot->done = true;
        pthread_cond_signal(&crew->done);
    }
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

enum th_status th_crew_new(void (*work)(void *hand, void *job), void *const *hands,
                           unsigned n_hands, size_t n_open, struct th_crew **ret_crew,
                           struct th_error *err)
{
    assert(n_hands >= 1 && n_open >= 1);
    struct th_crew *crew = calloc(1, sizeof(*crew));
    if (crew == NULL) {
        return th_error_no_memory(err);
    }
    crew->work = work;
    crew->n_slots = n_open;
    crew->slots = calloc(n_open, sizeof(*crew->slots));
    crew->hands = calloc(n_hands, sizeof(*crew->hands));
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->given, NULL);
    pthread_cond_init(&crew->done, NULL);
    if (crew->slots == NULL || crew->hands == NULL) {
        th_crew_free(crew);
        return th_error_no_memory(err);
    }
    for (unsigned i = 0; i < n_hands; i++) {
        struct hand *hand = &crew->hands[crew->n_hands];
        *hand = (struct hand){.crew = crew, .context = hands[i]};
        if (pthread_create(&hand->thread, NULL, hand_run, hand) == 0) {
            crew->n_hands++;
        }
    }
    if (crew->n_hands == 0) {
        th_crew_free(crew);
        return th_error_set(err, TH_INTERNAL, "threads", NULL);
    }
    *ret_crew = crew;
    return TH_OK;
}

void th_crew_free(struct th_crew *crew)
{
    if (crew == NULL) {
        return;
    }
    pthread_mutex_lock(&crew->mutex);
    crew->ending = true;
    pthread_cond_broadcast(&crew->given);
    pthread_mutex_unlock(&crew->mutex);
    for (unsigned i = 0; i < crew->n_hands; i++) {
        pthread_join(crew->hands[i].thread, NULL);
    }
    pthread_cond_destroy(&crew->given);
    pthread_cond_destroy(&crew->done);
    pthread_mutex_destroy(&crew->mutex);
    free(crew->hands);
    free(crew->slots);
    free(crew);
}

// Linux gives each thread a niceness of its own. Where it is refused the work only competes.
void th_crew_give_way(void)
{
    enum { NICENESS = 10 };
    (void)setpriority(PRIO_PROCESS, (id_t)gettid(), NICENESS);
}

// `first` and `end` are written by the giver alone.
bool th_crew_has_room(const struct th_crew *crew)
{
    return crew->end - crew->first < crew->n_slots;
}

void th_crew_give(struct th_crew *crew, void *job)
{
    assert(th_crew_has_room(crew));
    pthread_mutex_lock(&crew->mutex);
    crew->slots[crew->end++ % crew->n_slots] = (struct slot){.job = job};
    pthread_cond_signal(&crew->given);
    pthread_mutex_unlock(&crew->mutex);
}

void *th_crew_take(struct th_crew *crew)
{
    if (crew->first == crew->end) {
        return NULL;
    }
    struct slot *slot = &crew->slots[crew->first % crew->n_slots];
    pthread_mutex_lock(&crew->mutex);
    while (!slot->done) {
        pthread_cond_wait(&crew->done, &crew->mutex);
    }
    pthread_mutex_unlock(&crew->mutex);
    crew->first++;
    return slot->job;
}
