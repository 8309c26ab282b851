// Codes that a phone reads: the text as squares.
#ifndef TH_PAPERS_QR_INTERNAL_H
#define TH_PAPERS_QR_INTERNAL_H

#include <cairo.h>

#include "core/attributes.h"
#include "core/error.h"

// Room for a code of version 15 in capital letters and digits: below half a millimetre a square at
// 38 mm, which phones still read from paper.
enum { TH_QR_TEXT_MAX = 600 };

// Draws the code with four squares of quiet around it, black on white, error correction M.
// TH_LIMIT ("qr_too_long" with "limit") above TH_QR_TEXT_MAX bytes.
enum th_status th_qr_draw(cairo_t *cr, const char *text, double x_mm, double y_mm, double size_mm,
                          struct th_error *err) TH_MUST_CHECK;

#endif
