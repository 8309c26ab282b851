// Frames there and back, and everything that must not be believed.
#include "gis/wire_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/support/support.h"

// Bytes at their places in a frame: header of 16 (magic, version, kind, size), then the payload.
enum { AT_VERSION = 4, AT_KIND = 6, AT_SIZE = 8 };

static const char *const names[] = {"小班", "n"};

static struct th_wire_info info_of(void)
{
    struct th_wire_info wire = {.info = {.member = "a/b.shp",
                                         .driver = "ESRI Shapefile",
                                         .layer = "竹林",
                                         .crs = "GEOGCRS[…]",
                                         .geometry_type = "Polygon",
                                         .engine = "GDAL 3.6.2",
                                         .n_features = 7,
                                         .n_empty = 3,
                                         .n_fields = 2,
                                         .has_extent = true,
                                         .extent = {119, 30, 120, 31},
                                         .encoding = {.name = "GB18030",
                                                      .declared = "936",
                                                      .how = TH_ENCODING_UNDECIDED,
                                                      .n_values = 9,
                                                      .n_fit = 8,
                                                      .n_cut = 1,
                                                      .n_samples = 1}},
                                .fields = names};
    snprintf(wire.info.encoding.samples[0].utf8, TH_READER_SAMPLE_SIZE, "??");
    snprintf(wire.info.encoding.samples[0].gb18030, TH_READER_SAMPLE_SIZE, "竹");
    return wire;
}

static void frame_info(struct th_wire_frame *frame)
{
    struct th_error err = {0};
    struct th_wire_info wire = info_of();
    th_wire_begin(frame, TH_WIRE_INFO);
    th_wire_put_info(frame, &wire);
    assert_ok(th_wire_finish(frame, &err), &err);
}

static void frame_batch(struct th_wire_frame *frame)
{
    struct th_error err = {0};
    const char *const first[] = {"一", NULL};
    const char *const second[] = {"", "22"};
    const struct th_reader_row rows[] = {
        {.row = 1, .feature = -5, .wkb = "shape", .wkb_size = 5, .values = first, .shape = 17},
        {.row = 2, .feature = 8, .lost = true, .detail = "gone"},
        {.row = 3, .feature = 9, .values = second, .text_suspect = true}};
    th_wire_begin(frame, TH_WIRE_BATCH);
    for (size_t i = 0; i < 3; i++) {
        assert_null(th_wire_put_row(frame, &rows[i], 2));
    }
    const char *const third[] = {NULL, NULL};
    const char *const kept[] = {"007", NULL};
    const struct th_reader_row known = {.row = 4,
                                        .lost = true,
                                        .detail = "@points.not_a_number",
                                        .value = "4O",
                                        .values = kept,
                                        .wkb = "gone",
                                        .wkb_size = 4};
    assert_null(th_wire_put_row(frame, &known, 2));
    const struct th_reader_row later = {.row = 5, .wkb_size = 3, .values = third};
    unsigned char *place = th_wire_put_row(frame, &later, 2);
    assert_non_null(place);
    place[0] = 'a';
    place[1] = 'b';
    place[2] = 'c';
    assert_ok(th_wire_finish(frame, &err), &err);
}

static void *payload_copy(const struct th_wire_frame *frame, size_t *ret_size)
{
    *ret_size = frame->size - TH_WIRE_HEADER_SIZE;
    void *copy = malloc(*ret_size + 1);
    assert_non_null(copy);
    memcpy(copy, frame->data + TH_WIRE_HEADER_SIZE, *ret_size);
    return copy;
}

static void info__comes_back_as_it_was_sent(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_wire_frame frame = {0};
    struct th_wire_header header;
    struct th_wire_info *back = NULL;
    struct th_wire_info sent = info_of();
    frame_info(&frame);
    assert_ok(th_wire_header_decode(frame.data, &header, &err), &err);
    assert_int_equal(header.kind, TH_WIRE_INFO);
    assert_int_equal(header.size, frame.size - TH_WIRE_HEADER_SIZE);
    assert_ok(th_wire_info_decode(frame.data + TH_WIRE_HEADER_SIZE, header.size, &back, &err),
              &err);
    assert_string_equal(back->info.member, sent.info.member);
    assert_string_equal(back->info.driver, sent.info.driver);
    assert_string_equal(back->info.layer, sent.info.layer);
    assert_string_equal(back->info.crs, sent.info.crs);
    assert_string_equal(back->info.geometry_type, sent.info.geometry_type);
    assert_string_equal(back->info.engine, sent.info.engine);
    assert_int_equal(back->info.n_features, 7);
    assert_int_equal(back->info.n_empty, 3);
    assert_int_equal(back->info.n_fields, 2);
    assert_string_equal(back->fields[0], "小班");
    assert_string_equal(back->fields[1], "n");
    assert_true(back->info.has_extent);
    assert_memory_equal(&back->info.extent, &sent.info.extent, sizeof(sent.info.extent));
    assert_string_equal(back->info.encoding.name, "GB18030");
    assert_string_equal(back->info.encoding.declared, "936");
    assert_int_equal(back->info.encoding.how, TH_ENCODING_UNDECIDED);
    assert_int_equal(back->info.encoding.n_values, 9);
    assert_int_equal(back->info.encoding.n_fit, 8);
    assert_int_equal(back->info.encoding.n_cut, 1);
    assert_int_equal(back->info.encoding.n_samples, 1);
    assert_string_equal(back->info.encoding.samples[0].gb18030, "竹");
    free(back);
    th_wire_clear(&frame);
}

static void batch__rows_point_into_the_payload(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_wire_frame frame = {0};
    struct th_reader_batch *batch = NULL;
    size_t size;
    frame_batch(&frame);
    unsigned char *payload = payload_copy(&frame, &size);
    assert_ok(th_wire_batch_decode_take(payload, size, 2, &batch, &err), &err);
    assert_int_equal(batch->n_rows, 5);
    const struct th_reader_row *rows = batch->rows;
    assert_int_equal(rows[0].row, 1);
    assert_int_equal(rows[0].feature, -5);
    assert_int_equal(rows[0].shape, TH_SHAPE_LINEARISED | TH_SHAPE_FLATTENED);
    assert_int_equal(rows[0].wkb_size, 5);
    assert_memory_equal(rows[0].wkb, "shape", 5);
    assert_in_range((uintptr_t)rows[0].wkb, (uintptr_t)payload, (uintptr_t)payload + size);
    assert_string_equal(rows[0].values[0], "一");
    assert_null(rows[0].values[1]);
    assert_true(rows[1].lost);
    assert_string_equal(rows[1].detail, "gone");
    assert_null(rows[1].wkb);
    assert_true(rows[2].text_suspect);
    assert_null(rows[2].wkb);
    assert_string_equal(rows[2].values[0], "");
    assert_string_equal(rows[2].values[1], "22");
    assert_null(rows[1].values);
    assert_true(rows[3].lost);
    assert_null(rows[3].wkb);
    assert_string_equal(rows[3].value, "4O");
    assert_string_equal(rows[3].values[0], "007");
    assert_null(rows[3].values[1]);
    assert_memory_equal(rows[4].wkb, "abc", 3);
    th_reader_batch_free(batch);
    th_reader_batch_free(NULL);
    th_wire_clear(&frame);
}

static void error__only_a_readers_own_words_are_taken(void **state)
{
    (void)state;
    static const struct {
        enum th_status status;
        const char *key;
        const char *name;
        bool taken;
    } CASES[] = {{TH_UNREADABLE, "source_format", "file", true},
                 {TH_LIMIT, "file_too_large", "limit", true},
                 {TH_OK, "source_format", "file", false},
                 {TH_NOT_PERMITTED, "source_format", "file", false},
                 {TH_CONFLICT, "source_format", "file", false},
                 {TH_UNREADABLE, "", "file", false},
                 {TH_UNREADABLE, "a.b", "file", false},
                 {TH_UNREADABLE, "source_format", "", false}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_error said = {0};
        struct th_error back = {.status = TH_OVERFLOW};
        struct th_wire_frame frame = {0};
        (void)th_error_set(&said, CASES[i].status, CASES[i].key, NULL);
        th_error_add(&said, CASES[i].name, "@a\xff");
        th_wire_begin(&frame, TH_WIRE_ERROR);
        th_wire_put_error(&frame, &said);
        assert_ok(th_wire_finish(&frame, &err), &err);
        enum th_status status = th_wire_error_decode(frame.data + TH_WIRE_HEADER_SIZE,
                                                     frame.size - TH_WIRE_HEADER_SIZE, &back, &err);
        if (CASES[i].taken) {
            assert_ok(status, &err);
            assert_int_equal(back.status, CASES[i].status);
            assert_string_equal(back.key, CASES[i].key);
            assert_string_equal(th_error_arg_get(&back, CASES[i].name), "a?");
        } else {
            assert_status(status, TH_UNREADABLE, &err);
            assert_string_equal(err.key, "reader_protocol");
            assert_int_equal(back.status, TH_OVERFLOW);
        }
        th_wire_clear(&frame);
    }
}

static void header__of_another_kind_is_refused(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        unsigned char value;
    } CASES[] = {{0, 'X'},     {3, 0},           {AT_VERSION, 2},     {AT_KIND, 0},
                 {AT_KIND, 6}, {AT_KIND + 1, 1}, {AT_SIZE + 3, 0x10}, {AT_SIZE + 7, 0x80}};
    struct th_wire_frame frame = {0};
    frame_info(&frame);
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_wire_header header = {.size = 1234567};
        unsigned char bytes[TH_WIRE_HEADER_SIZE];
        memcpy(bytes, frame.data, sizeof(bytes));
        bytes[CASES[i].at] = CASES[i].value;
        assert_status(th_wire_header_decode(bytes, &header, &err), TH_UNREADABLE, &err);
        assert_string_equal(err.key, "reader_protocol");
        assert_int_equal(header.size, 1234567);
    }
    th_wire_clear(&frame);
}

// Decodes a copy of exactly this size, so that a step outside is seen by the memory checkers.
static bool decodes(enum th_wire_kind kind, const unsigned char *bytes, size_t size)
{
    struct th_error err = {0};
    enum th_status status = TH_OK;
    unsigned char *copy = malloc(size == 0 ? 1 : size);
    assert_non_null(copy);
    if (size > 0) {
        memcpy(copy, bytes, size);
    }
    if (kind == TH_WIRE_BATCH) {
        struct th_reader_batch *batch = NULL;
        status = th_wire_batch_decode_take(copy, size, 2, &batch, &err);
        assert_true((status == TH_OK) == (batch != NULL));
        th_reader_batch_free(batch);
        copy = status == TH_OK ? NULL : copy;
    } else {
        struct th_wire_info *info = NULL;
        status = th_wire_info_decode(copy, size, &info, &err);
        assert_true((status == TH_OK) == (info != NULL));
        free(info);
    }
    free(copy);
    if (status != TH_OK) {
        assert_string_equal(err.key, "reader_protocol");
    }
    return status == TH_OK;
}

static void decode__a_frame_cut_short_or_too_long_is_refused(void **state)
{
    (void)state;
    for (int kind = TH_WIRE_INFO; kind <= TH_WIRE_BATCH; kind++) {
        struct th_wire_frame frame = {0};
        if (kind == TH_WIRE_INFO) {
            frame_info(&frame);
        } else {
            frame_batch(&frame);
        }
        const unsigned char *payload = frame.data + TH_WIRE_HEADER_SIZE;
        size_t size = frame.size - TH_WIRE_HEADER_SIZE;
        assert_true(decodes((enum th_wire_kind)kind, payload, size));
        for (size_t cut = 0; cut < size; cut++) {
            assert_false(decodes((enum th_wire_kind)kind, payload, cut));
        }
        unsigned char *longer = calloc(1, size + 1);
        assert_non_null(longer);
        memcpy(longer, payload, size);
        assert_false(decodes((enum th_wire_kind)kind, longer, size + 1));
        free(longer);
        th_wire_clear(&frame);
    }
}

// Every byte in turn takes every value: nothing but an answer may come of it.
static void decode__every_changed_byte_is_answered(void **state)
{
    (void)state;
    for (int kind = TH_WIRE_INFO; kind <= TH_WIRE_BATCH; kind++) {
        struct th_wire_frame frame = {0};
        size_t n_refused = 0;
        if (kind == TH_WIRE_INFO) {
            frame_info(&frame);
        } else {
            frame_batch(&frame);
        }
        unsigned char *payload = frame.data + TH_WIRE_HEADER_SIZE;
        size_t size = frame.size - TH_WIRE_HEADER_SIZE;
        for (size_t at = 0; at < size; at++) {
            unsigned char kept = payload[at];
            for (unsigned value = 0; value < 256; value++) {
                payload[at] = (unsigned char)value;
                n_refused += !decodes((enum th_wire_kind)kind, payload, size);
            }
            payload[at] = kept;
        }
        assert_true(n_refused > size); // counts, sizes, closing NULs, UTF-8
        th_wire_clear(&frame);
    }
}

static void decode__numbers_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct th_wire_frame frame = {0};
    struct th_error err = {0};
    struct th_wire_info wire = info_of();
    for (int i = 0; i < 4; i++) {
        wire = info_of();
        wire.info.extent.west = i == 0 ? (double)NAN : i == 1 ? 121 : wire.info.extent.west;
        wire.info.extent.north = i == 2 ? (double)INFINITY : wire.info.extent.north;
        wire.info.n_features = i == 3 ? -2 : 1;
        th_wire_begin(&frame, TH_WIRE_INFO);
        th_wire_put_info(&frame, &wire);
        assert_ok(th_wire_finish(&frame, &err), &err);
        assert_false(decodes(TH_WIRE_INFO, frame.data + TH_WIRE_HEADER_SIZE,
                             frame.size - TH_WIRE_HEADER_SIZE));
    }
    // A batch without rows, with a row 0, with more rows than bytes.
    frame_batch(&frame);
    unsigned char *payload = frame.data + TH_WIRE_HEADER_SIZE;
    size_t size = frame.size - TH_WIRE_HEADER_SIZE;
    unsigned char none[4] = {0};
    assert_false(decodes(TH_WIRE_BATCH, none, sizeof(none)));
    payload[4] = 0;
    assert_false(decodes(TH_WIRE_BATCH, payload, size));
    payload[4] = 1;
    payload[3] = 0xff;
    assert_false(decodes(TH_WIRE_BATCH, payload, size));
    th_wire_clear(&frame);
}

static void decode__rows_of_another_table_are_refused(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_wire_frame frame = {0};
    struct th_reader_batch *batch = NULL;
    size_t size;
    frame_batch(&frame);
    void *payload = payload_copy(&frame, &size);
    static const size_t N_FIELDS[] = {0, 1, 3, 1000, TH_WIRE_FIELDS_MAX + 1, SIZE_MAX};
    for (size_t i = 0; i < sizeof(N_FIELDS) / sizeof(N_FIELDS[0]); i++) {
        assert_status(th_wire_batch_decode_take(payload, size, N_FIELDS[i], &batch, &err),
                      TH_UNREADABLE, &err);
        assert_null(batch);
    }
    free(payload);
    th_wire_clear(&frame);
}

static void progress_and_end__counts_are_not_negative(void **state)
{
    (void)state;
    static const struct {
        int64_t done;
        int64_t total;
        bool taken;
    } CASES[] = {{0, -1, true}, {5, 10, true}, {-1, 10, false}, {5, -2, false}};
    for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
        struct th_error err = {0};
        struct th_wire_frame frame = {0};
        struct th_wire_progress back = {77, 77};
        int64_t n_rows = 77;
        const struct th_wire_progress sent = {CASES[i].done, CASES[i].total};
        th_wire_begin(&frame, TH_WIRE_PROGRESS);
        th_wire_put_progress(&frame, &sent);
        assert_ok(th_wire_finish(&frame, &err), &err);
        const unsigned char *payload = frame.data + TH_WIRE_HEADER_SIZE;
        enum th_status want = CASES[i].taken ? TH_OK : TH_UNREADABLE;
        assert_status(th_wire_progress_decode(payload, 16, &back, &err), want, &err);
        assert_int_equal(back.done, CASES[i].taken ? CASES[i].done : 77);
        assert_status(th_wire_progress_decode(payload, 15, &back, &err), TH_UNREADABLE, &err);
        want = CASES[i].done >= 0 ? TH_OK : TH_UNREADABLE;
        assert_status(th_wire_end_decode(payload, 8, &n_rows, &err), want, &err);
        assert_int_equal(n_rows, CASES[i].done >= 0 ? CASES[i].done : 77);
        assert_status(th_wire_end_decode(payload, 16, &n_rows, &err), TH_UNREADABLE, &err);
        th_wire_clear(&frame);
    }
}

static void finish__a_frame_over_the_limit_fails_once_and_for_all(void **state)
{
    (void)state;
    struct th_error err = {0};
    struct th_wire_frame frame = {0};
    const char *const nothing[] = {NULL};
    const struct th_reader_row row = {.row = 1, .wkb_size = TH_WIRE_PAYLOAD_MAX, .values = nothing};
    th_wire_begin(&frame, TH_WIRE_BATCH);
    assert_null(th_wire_put_row(&frame, &row, 1));
    assert_status(th_wire_finish(&frame, &err), TH_NO_MEMORY, &err);
    frame_info(&frame); // the memory may be used again
    th_wire_clear(&frame);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(info__comes_back_as_it_was_sent),
        cmocka_unit_test(batch__rows_point_into_the_payload),
        cmocka_unit_test(error__only_a_readers_own_words_are_taken),
        cmocka_unit_test(header__of_another_kind_is_refused),
        cmocka_unit_test(decode__a_frame_cut_short_or_too_long_is_refused),
        cmocka_unit_test(decode__every_changed_byte_is_answered),
        cmocka_unit_test(decode__numbers_that_cannot_be_are_refused),
        cmocka_unit_test(decode__rows_of_another_table_are_refused),
        cmocka_unit_test(progress_and_end__counts_are_not_negative),
        cmocka_unit_test(finish__a_frame_over_the_limit_fails_once_and_for_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
