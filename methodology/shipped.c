#include "methodology/shipped.h"

#include <assert.h>

#include "core/embed.h"

extern const struct th_embedded_file th_embed_methodologies[];
extern const size_t th_embed_methodologies_count;

size_t th_methodology_shipped_count(void)
{
    return th_embed_methodologies_count;
}

const char *th_methodology_shipped_text(size_t index, size_t *ret_size)
{
    assert(index < th_embed_methodologies_count);
    *ret_size = th_embed_methodologies[index].size;
    return (const char *)th_embed_methodologies[index].data;
}

const char *th_methodology_shipped_name(size_t index)
{
    assert(index < th_embed_methodologies_count);
    return th_embed_methodologies[index].name;
}
