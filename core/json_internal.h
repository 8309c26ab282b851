// What json.c, which alone knows jansson, does for json_write.c.
#ifndef TH_CORE_JSON_INTERNAL_H
#define TH_CORE_JSON_INTERNAL_H

#include "core/buf.h"
#include "core/json.h"

// A real number with 15 significant digits, with a point or an exponent.
void th_json_write_real(struct th_buf *text, const struct th_json *real);

// A tree in which nothing was lost (th_json_check).
enum th_status th_json_write(const struct th_json *value, enum th_json_style style, char **ret_text,
                             struct th_error *err) TH_MUST_CHECK;

#endif
