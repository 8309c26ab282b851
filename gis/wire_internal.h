// What the reader process says to its parent: frames on a pipe, each a header of
// TH_WIRE_HEADER_SIZE bytes and a payload. Numbers are little-endian, texts are UTF-8 closed by NUL
// behind their size. The decoders take every byte for hostile: they look at nothing but the buffer
// they are given, and what does not fit is TH_UNREADABLE ("reader_protocol"). For gis/ and
// gis/reader/.
#ifndef TH_GIS_WIRE_INTERNAL_H
#define TH_GIS_WIRE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "gis/reader.h"

enum {
    TH_WIRE_HEADER_SIZE = 16,
    TH_WIRE_PAYLOAD_MAX = 96 * 1024 * 1024,
    TH_WIRE_BATCH_SIZE = 512 * 1024,      // a batch goes out when it is at least as large
    TH_WIRE_WKB_MAX = 64 * 1024 * 1024,   // of a row
    TH_WIRE_TEXTS_MAX = 16 * 1024 * 1024, // of a row
    TH_WIRE_FIELDS_MAX = 1000,
    TH_WIRE_EXIT_MEMORY = 75,      // the process's exit code when it had no memory for a frame
    TH_WIRE_CRS_MAX = 1024 * 1024, // other texts of the info are at most TH_WIRE_TEXT_MAX
    TH_WIRE_TEXT_MAX = 64 * 1024
};

enum th_wire_kind {
    TH_WIRE_PROGRESS = 1,
    TH_WIRE_INFO, // once, before the first batch
    TH_WIRE_BATCH,
    TH_WIRE_ERROR, // the last frame, or
    TH_WIRE_END    // this one
};

struct th_wire_header {
    enum th_wire_kind kind;
    size_t size; // of the payload
};

// Everything that the info points to lies in one block.
struct th_wire_info {
    struct th_reader_info info; // source_name is NULL: the parent knows it
    const char *const *fields;  // info.n_fields names
};

struct th_wire_progress {
    int64_t done;
    int64_t total; // -1 when unknown
};

enum th_status th_wire_header_decode(const unsigned char bytes[TH_WIRE_HEADER_SIZE],
                                     struct th_wire_header *ret_header,
                                     struct th_error *err) TH_MUST_CHECK;
enum th_status th_wire_progress_decode(const void *payload, size_t size,
                                       struct th_wire_progress *ret_progress,
                                       struct th_error *err) TH_MUST_CHECK;
// Of `payload` nothing is needed afterwards. free() *ret_info.
enum th_status th_wire_info_decode(const void *payload, size_t size, struct th_wire_info **ret_info,
                                   struct th_error *err) TH_MUST_CHECK;
// On success the batch owns `payload` (of malloc) and points into it; on failure it stays the
// caller's.
enum th_status th_wire_batch_decode_take(void *payload, size_t size, size_t n_fields,
                                         struct th_reader_batch **ret_batch,
                                         struct th_error *err) TH_MUST_CHECK;
// What the process wants to say as its last word: *ret_error is it, never with TH_OK.
enum th_status th_wire_error_decode(const void *payload, size_t size, struct th_error *ret_error,
                                    struct th_error *err) TH_MUST_CHECK;
// Number of rows sent in all.
enum th_status th_wire_end_decode(const void *payload, size_t size, int64_t *ret_n_rows,
                                  struct th_error *err) TH_MUST_CHECK;

// A frame that is being made. Errors stick until th_wire_finish.
struct th_wire_frame {
    unsigned char *data; // header and payload
    size_t size;
    size_t capacity;
    uint32_t n_rows; // of a batch
    bool failed;     // out of memory, or over the limit
};

// Begins anew, keeping the memory.
void th_wire_begin(struct th_wire_frame *frame, enum th_wire_kind kind);
void th_wire_clear(struct th_wire_frame *frame);
void th_wire_put_progress(struct th_wire_frame *frame, const struct th_wire_progress *progress);
void th_wire_put_info(struct th_wire_frame *frame, const struct th_wire_info *info);
void th_wire_put_error(struct th_wire_frame *frame, const struct th_error *error);
void th_wire_put_end(struct th_wire_frame *frame, int64_t n_rows);
// One row behind the others of the batch. When row->wkb is NULL and row->wkb_size is not 0, the
// place for it is returned, to be filled in before the next call; NULL otherwise, or when the frame
// has failed. A row of at most TH_WIRE_WKB_MAX and TH_WIRE_TEXTS_MAX is the caller's duty.
unsigned char *th_wire_put_row(struct th_wire_frame *frame, const struct th_reader_row *row,
                               size_t n_fields);
// Writes the size into the header; frame->data may go out then. TH_NO_MEMORY.
enum th_status th_wire_finish(struct th_wire_frame *frame, struct th_error *err) TH_MUST_CHECK;

#endif
