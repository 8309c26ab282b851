// Growing byte buffer with a ceiling. Errors stick: append as often as you like, ask once at the
// end. The content always ends in a NUL that does not count.
#ifndef TH_CORE_BUF_H
#define TH_CORE_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "core/attributes.h"
#include "core/error.h"

struct th_buf {
    char *data;      // NULL while empty; owned
    size_t size;     // bytes in use
    size_t capacity; // bytes allocated
    size_t limit;    // never grows beyond
    bool failed;     // out of memory, or over the limit
    bool no_memory;  // it was memory
};

void th_buf_init(struct th_buf *buf, size_t limit);
void th_buf_clear(struct th_buf *buf); // frees; the buffer may be used again
void th_buf_append(struct th_buf *buf, const void *data, size_t size);
void th_buf_append_str(struct th_buf *buf, const char *text);
void th_buf_append_char(struct th_buf *buf, char c);
void th_buf_printf(struct th_buf *buf, const char *format, ...) TH_PRINTF(2, 3);

// Content as text; "" while empty. Borrowed, valid until the next change.
const char *th_buf_text(const struct th_buf *buf);

// TH_OK, or TH_LIMIT ("buffer_full") / TH_NO_MEMORY when an append was lost.
enum th_status th_buf_check(const struct th_buf *buf, struct th_error *err) TH_MUST_CHECK;

// Hands the content over (free() it) and leaves the buffer empty. Never NULL unless out of memory.
char *th_buf_take(struct th_buf *buf);

#endif
