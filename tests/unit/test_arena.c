#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "core/arena.h"
#include "tests/support/support.h"

static void arena__texts_keep_their_content_and_place(void **state)
{
    (void)state;
    enum { COUNT = 20000 };
    static char *texts[COUNT];
    char expected[32];
    struct th_arena arena = {0};
    for (int i = 0; i < COUNT; i++) {
        snprintf(expected, sizeof(expected), "地块%d", i);
        texts[i] = th_arena_text(&arena, expected);
        assert_non_null(texts[i]);
    }
    for (int i = 0; i < COUNT; i++) {
        snprintf(expected, sizeof(expected), "地块%d", i);
        assert_string_equal(texts[i], expected);
    }
    th_arena_clear(&arena);
    assert_null(arena.blocks);
}

static void arena__gives_aligned_room_of_any_size(void **state)
{
    (void)state;
    const size_t sizes[] = {1, 7, 16, 4096, 1000000, 3};
    struct th_arena arena = {0};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        unsigned char *room = th_arena_take(&arena, sizes[i]);
        assert_non_null(room);
        assert_true((uintptr_t)room % 16 == 0);
        memset(room, (int)i, sizes[i]);
    }
    th_arena_clear(&arena);
}

static void arena__refuses_a_size_that_overflows(void **state)
{
    (void)state;
    struct th_arena arena = {0};
    assert_null(th_arena_take(&arena, SIZE_MAX - 8));
    th_arena_clear(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arena__texts_keep_their_content_and_place),
        cmocka_unit_test(arena__gives_aligned_room_of_any_size),
        cmocka_unit_test(arena__refuses_a_size_that_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
