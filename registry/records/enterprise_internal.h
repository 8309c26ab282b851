// What single records and tables of enterprises share.
#ifndef TH_REGISTRY_ENTERPRISE_INTERNAL_H
#define TH_REGISTRY_ENTERPRISE_INTERNAL_H

#include "registry/records/enterprise.h"
#include "registry/records/record_internal.h"
#include "store/people/enterprise_store.h"

struct th_enterprise_words; // what may stand in columns of words, by data/fields/enterprises.json
// TH_INTERNAL ("field_names_broken").
enum th_status th_enterprise_words_new(struct th_enterprise_words **ret_words,
                                       struct th_error *err) TH_MUST_CHECK;
void th_enterprise_words_free(struct th_enterprise_words *words);
// The stable name of what people wrote under `field`; false when it is none.
bool th_enterprise_word(const struct th_enterprise_words *words, const char *field,
                        const char *text, char ret_word[TH_ENTERPRISE_WORD_SIZE]);

// Whole kilograms of an exact amount; false when it is finer, or out of range.
bool th_enterprise_kg(const char *text, struct th_ratio kg_per_unit, struct th_carbon *ret_kg);
// An exact decimal of zero or more, in its shortest form.
bool th_enterprise_efficiency(const char *text, char ret_text[TH_EFFICIENCY_SIZE]);

// Writes the record as the next version, unless the latest one says the same: then *ret_stored is
// false, and the record's version that one's. With a digest (NULL: none) the latest one must have
// said so by the same document.
enum th_status th_enterprise_store(struct th_work *work, struct th_enterprise_year *record,
                                   const struct th_hash *document, bool *ret_stored,
                                   struct th_error *err) TH_MUST_CHECK;

#endif
