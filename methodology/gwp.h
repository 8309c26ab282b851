// Sets of global warming potentials over 100 years that the program brings along (data/gwp,
// embedded). A methodology document names one; its numbers travel with the document's version, so
// that a set never changes under its id: other numbers are another set.
#ifndef TH_METHODOLOGY_GWP_H
#define TH_METHODOLOGY_GWP_H

#include <stddef.h>

size_t th_gwp_number_of(void);
const char *th_gwp_id(size_t index, char *buf, size_t size); // "ar6-100"; returns buf
// JSON text of the set at `index`; a NUL behind it does not count. Borrowed, static.
const char *th_gwp_text(size_t index, size_t *ret_size);

#endif
