// The methodology documents that the program brings along, as texts (data/methodologies, embedded).
#ifndef TH_METHODOLOGY_SHIPPED_H
#define TH_METHODOLOGY_SHIPPED_H

#include <stddef.h>

size_t th_methodology_shipped_count(void);

// Text of the document at `index` < count, for th_methodology_parse; a NUL behind it does not count
// in *ret_size. Sorted by name. Borrowed, static.
const char *th_methodology_shipped_text(size_t index, size_t *ret_size);
// "reported-factor/1.json". Borrowed, static.
const char *th_methodology_shipped_name(size_t index);

#endif
