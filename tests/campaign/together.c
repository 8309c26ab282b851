#include "tests/campaign/together.h"

#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "tests/support/support.h"

struct together {
    int n;
    atomic_int arrived;
    atomic_int meetings; // so far
    atomic_bool given_up;
    atomic_llong told, meant;
};

struct together *together_new(int n)
{
    FILE *file = tmpfile();
    assert_non_null(file);
    assert_int_equal(ftruncate(fileno(file), (off_t)sizeof(struct together)), 0);
    struct together *together =
        mmap(NULL, sizeof(*together), PROT_READ | PROT_WRITE, MAP_SHARED, fileno(file), 0);
    assert_true(together != MAP_FAILED);
    (void)fclose(file);
    together->n = n;
    return together;
}

void together_free(struct together *together)
{
    (void)munmap(together, sizeof(*together));
}

bool together_meet(struct together *together)
{
    const struct timespec wait = {.tv_nsec = 500000};
    int meetings = atomic_load(&together->meetings);
    if (atomic_fetch_add(&together->arrived, 1) + 1 == together->n) {
        atomic_store(&together->arrived, 0);
        atomic_fetch_add(&together->meetings, 1);
    }
    while (atomic_load(&together->meetings) == meetings && !atomic_load(&together->given_up)) {
        (void)nanosleep(&wait, NULL);
    }
    return !atomic_load(&together->given_up);
}

void together_give_up(struct together *together)
{
    atomic_store(&together->given_up, true);
}

void together_tell(struct together *together, int64_t told, int64_t meant)
{
    atomic_fetch_add(&together->told, told);
    atomic_fetch_add(&together->meant, meant);
}

bool together_agree(const struct together *together)
{
    return atomic_load(&together->told) == atomic_load(&together->meant);
}
