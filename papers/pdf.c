#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <cairo-pdf.h>

#include "papers/pen_internal.h"

cairo_status_t th_pdf_write(void *closure, const unsigned char *data, unsigned int size)
{
    struct th_buf *buf = closure;
    th_buf_append(buf, data, size);
    return buf->failed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

// The date of the data, not of the printing: the same input must give the same bytes.
static void set_date(cairo_surface_t *surface, const char *date)
{
    char created[32] = "1970-01-01T00:00:00Z";
    bool iso = date != NULL && strlen(date) >= 10;
    for (size_t i = 0; iso && i < 10; i++) {
        iso = i == 4 || i == 7 ? date[i] == '-' : isdigit((unsigned char)date[i]) != 0;
    }
    if (iso) {
        (void)snprintf(created, sizeof(created), "%.10sT00:00:00Z", date);
    }
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, created);
}

cairo_surface_t *th_pdf_surface_new(struct th_buf *out, double w_mm, double h_mm,
                                    const struct th_pdf_about *about)
{
    cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(
        th_pdf_write, out, w_mm * TH_PEN_PT_PER_MM, h_mm * TH_PEN_PT_PER_MM);
    cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
    set_date(surface, about->date);
    const char *const texts[] = {about->title, about->subject, about->author, about->creator};
    const cairo_pdf_metadata_t fields[] = {CAIRO_PDF_METADATA_TITLE, CAIRO_PDF_METADATA_SUBJECT,
                                           CAIRO_PDF_METADATA_AUTHOR, CAIRO_PDF_METADATA_CREATOR};
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        if (texts[i] != NULL && *texts[i] != '\0') {
            cairo_pdf_surface_set_metadata(surface, fields[i], texts[i]);
        }
    }
    return surface;
}
