// The catalogue of everything people read, zh and en (data/messages/<lang>.json, embedded): flat
// objects from key to text; {name} stands for an argument.
#ifndef TH_CORE_MESSAGES_H
#define TH_CORE_MESSAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/json.h"

enum th_lang { TH_LANG_ZH, TH_LANG_EN };

struct th_messages; // opaque, immutable after loading

// Parses the embedded catalogues. TH_INTERNAL when they are broken.
enum th_status th_messages_new(struct th_messages **ret_messages,
                               struct th_error *err) TH_MUST_CHECK;
void th_messages_free(struct th_messages *messages);

// Text of a key as it stands, or NULL. Borrowed from messages.
const char *th_messages_find(const struct th_messages *messages, enum th_lang lang,
                             const char *key);
// Text of a key, or the key itself. Borrowed from messages or key.
const char *th_messages_text(const struct th_messages *messages, enum th_lang lang,
                             const char *key);

// Appends the text of `key` with its {name}s filled in. An argument value of the form "@key" is
// itself looked up and filled in with the same arguments, whose values may be keys of plain words
// there; of the form "@key, @key …" it is a list of such texts. Unknown names stay as they stand.
void th_messages_format(const struct th_messages *messages, enum th_lang lang, const char *key,
                        const struct th_error_arg *args, int n_args, struct th_buf *out);

// The same with the arguments as an object of texts, which may be of any length.
void th_messages_format_texts(const struct th_messages *messages, enum th_lang lang,
                              const char *key, const struct th_json *texts, struct th_buf *out);

// Appends a unit that documents write as "kg N/mu/yr" in the words of the language: "unit.<part>",
// and "unit.of.<substance>" for what stands behind a blank. A unit with a part that the catalogue
// does not know stays as it stands.
void th_messages_unit(const struct th_messages *messages, enum th_lang lang, const char *unit,
                      struct th_buf *out);

// A value of an error as its text shows it: the words of a key "@a" or of several, "@a, @b".
void th_messages_value(const struct th_messages *messages, enum th_lang lang, const char *value,
                       struct th_buf *out);

// "error.<key>" and "hint.<key>" of an error; false when there is no hint. An argument "unit" is
// told in words.
void th_messages_error(const struct th_messages *messages, enum th_lang lang,
                       const struct th_error *error, struct th_buf *out);
bool th_messages_hint(const struct th_messages *messages, enum th_lang lang,
                      const struct th_error *error, struct th_buf *out);

#endif
