// A methodology document that the program brings along, parsed.
#ifndef TH_TESTS_SHIPPED_DOCUMENT_H
#define TH_TESTS_SHIPPED_DOCUMENT_H

#include "methodology/document.h"

// "reported-factor/1.json"; fails the test where there is none. The caller frees it.
struct th_methodology *shipped_document(const char *name);

#endif
