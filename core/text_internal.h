// Decoding of single characters, shared inside core/.
#ifndef TH_CORE_TEXT_INTERNAL_H
#define TH_CORE_TEXT_INTERNAL_H

#include <stddef.h>
#include <stdint.h>

// Bytes of the UTF-8 character at `text`, of which `size` bytes may be read; 0 when there is none
// (surrogates, overlong forms and values above U+10FFFF are none).
size_t th_text_decode(const char *text, size_t size, uint32_t *ret_code_point);

#endif
