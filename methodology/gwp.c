#include "methodology/gwp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/embed.h"
#include "core/text.h"
#include "methodology/document_reader_internal.h"

extern const struct th_embedded_file th_embed_gwp[];
extern const size_t th_embed_gwp_count;

enum { ID_SIZE = 32 };

size_t th_gwp_number_of(void)
{
    return th_embed_gwp_count;
}

const char *th_gwp_id(size_t index, char *buf, size_t size)
{
    assert(index < th_embed_gwp_count);
    th_text_copy(buf, size, th_embed_gwp[index].name);
    char *end = strstr(buf, ".json");
    if (end) {
        *end = '\0';
    }
    return buf;
}

const char *th_gwp_text(size_t index, size_t *ret_size)
{
    assert(index < th_embed_gwp_count);
    *ret_size = th_embed_gwp[index].size;
    return (const char *)th_embed_gwp[index].data;
}

static bool read_gas(struct th_reader *reader, const char *gas, const char *unit,
                     struct th_parameter_row *row)
{
    static const char *const keys[] = {"value", "unit", "interval", "source", "evidence", NULL};
    struct th_place gases = th_place_below(&reader->root, "gases");
    struct th_place place = th_place_below(&gases, gas);
    struct th_place value = th_place_below(&place, "value");
    const char *source = NULL;
    bool sound = th_reader_object(reader, &place, keys) && th_reader_unit(reader, &place, unit) &&
                 th_reader_ratio(reader, &value, &row->value) &&
                 th_reader_interval(reader, &place, row) &&
                 th_reader_source(reader, &place, &source, &row->evidence);
    if (!sound) {
        return false;
    }
    row->source = th_arena_text(&reader->methodology->arena, source);
    return row->source || th_reader_no_memory(reader);
}

static void pass_over(void *context, const struct th_error *fault)
{
    (void)context;
    (void)fault;
}

// A set is data of the program; its faults are none of the document's.
static bool read_set(struct th_reader *reader, size_t index)
{
    struct th_methodology *methodology = reader->methodology;
    struct th_reader *inner = calloc(1, sizeof(*inner));
    struct th_json *json = NULL;
    size_t size = 0;
    const char *text = th_gwp_text(index, &size);
    bool sound = inner && th_json_parse(text, size, &json, NULL) == TH_OK;
    if (sound) {
        inner->methodology = methodology;
        inner->root.value = json;
        inner->report = pass_over;
        sound = read_gas(inner, "CH4", "kg CO2e/kg CH4", &methodology->gwp[TH_GAS_CH4]) &&
                read_gas(inner, "N2O", "kg CO2e/kg N2O", &methodology->gwp[TH_GAS_N2O]);
        assert(sound || inner->no_memory);
    }
    th_json_free(json);
    free(inner);
    return sound || th_reader_no_memory(reader);
}

void th_reader_gwp(struct th_reader *reader)
{
    struct th_methodology *methodology = reader->methodology;
    struct th_place place = th_place_below(&reader->root, "gwp");
    const char *ids[16] = {NULL};
    char texts[15][ID_SIZE];
    size_t index = 0;
    if (th_place_is_null(&place)) {
        return;
    }
    assert(th_embed_gwp_count < sizeof(ids) / sizeof(ids[0]));
    for (size_t i = 0; i < th_embed_gwp_count; i++) {
        ids[i] = th_gwp_id(i, texts[i], sizeof(texts[i]));
    }
    // A set that is not known is no reason to ask for one as well.
    methodology->has_gwp = true;
    if (th_reader_word(reader, &reader->root, "gwp", ids, "gwp_unknown", &index)) {
        (void)read_set(reader, index);
    }
}
