#include "core/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CAPACITY = 256 };

void th_buf_init(struct th_buf *buf, size_t limit)
{
    *buf = (struct th_buf){.limit = limit};
}

void th_buf_clear(struct th_buf *buf)
{
    if (buf == NULL) {
        return;
    }
    free(buf->data);
    th_buf_init(buf, buf->limit);
}

// Room for `more` bytes and the NUL.
static bool reserve(struct th_buf *buf, size_t more)
{
    if (buf->failed) {
        return false;
    }
    if (buf->limit == SIZE_MAX) {
        buf->limit = SIZE_MAX - 1; // leaves one for the NUL
    }
    if (more > buf->limit - buf->size) {
        buf->failed = true;
        return false;
    }
    size_t need = buf->size + more + 1;
    if (need <= buf->capacity) {
        return true;
    }
    size_t capacity = buf->capacity > 0 ? buf->capacity : FIRST_CAPACITY;
    while (capacity < need) {
        capacity = capacity > SIZE_MAX / 2 ? need : capacity * 2;
    }
    if (capacity > buf->limit + 1) {
        capacity = buf->limit + 1;
    }
    char *data = realloc(buf->data, capacity);
    if (data == NULL) {
        buf->failed = true;
        buf->no_memory = true;
        return false;
    }
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

void th_buf_append(struct th_buf *buf, const void *data, size_t size)
{
    if (!reserve(buf, size)) {
        return;
    }
    if (size > 0) {
        memcpy(buf->data + buf->size, data, size);
    }
    buf->size += size;
    buf->data[buf->size] = '\0';
}

void th_buf_append_str(struct th_buf *buf, const char *text)
{
    if (text != NULL) {
        th_buf_append(buf, text, strlen(text));
    }
}

void th_buf_append_char(struct th_buf *buf, char c)
{
    th_buf_append(buf, &c, 1);
}

void th_buf_printf(struct th_buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (length < 0) {
        buf->failed = true;
        buf->no_memory = true;
        return;
    }
    if (!reserve(buf, (size_t)length)) {
        return;
    }
    va_start(args, format);
    vsnprintf(buf->data + buf->size, (size_t)length + 1, format, args);
    va_end(args);
    buf->size += (size_t)length;
}

const char *th_buf_text(const struct th_buf *buf)
{
    return buf->data != NULL ? buf->data : "";
}

enum th_status th_buf_check(const struct th_buf *buf, struct th_error *err)
{
    if (!buf->failed) {
        return TH_OK;
    }
    if (buf->no_memory) {
        return th_error_no_memory(err);
    }
    th_error_set(err, TH_LIMIT, "buffer_full", NULL);
    th_error_add_int(err, "limit", (long long)buf->limit);
    return TH_LIMIT;
}

char *th_buf_take(struct th_buf *buf)
{
    char *data = buf->data != NULL ? buf->data : calloc(1, 1);
    th_buf_init(buf, buf->limit);
    return data;
}
