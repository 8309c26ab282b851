// A methodology document: versioned JSON (data/methodologies/<id>/<version>.json), checked when it
// is loaded. Pure: text in, structure out.
#ifndef TH_METHODOLOGY_DOCUMENT_H
#define TH_METHODOLOGY_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/attributes.h"
#include "core/error.h"
#include "core/hash.h"
#include "core/json.h"
#include "core/quantity.h"
#include "core/ratio.h"

enum th_methodology_family {
    TH_FAMILY_AREA_FACTOR, // tonnes = area × factor
    TH_FAMILY_STATEMENT    // a named party states the tonnes of a package
};

enum th_evidence { // append-only; how well a number is known
    TH_EVIDENCE_VERIFIED,
    TH_EVIDENCE_TWO_SOURCES,
    TH_EVIDENCE_REPRODUCED,
    TH_EVIDENCE_UNVERIFIED,
    TH_EVIDENCE_DERIVED,
    TH_EVIDENCE_EXPERT_CHOICE,
    TH_EVIDENCE_REPORTED,
    TH_EVIDENCE_STATED
};

// A number with its origin. All texts are borrowed from the document.
struct th_parameter {
    const char *name;
    const char *title_zh;
    const char *title_en;
    const char *unit;      // "t CO2e/mu/yr"
    struct th_ratio value; // exact
    bool has_interval;     // 95 % interval of the source
    struct th_ratio interval_low, interval_high;
    bool has_range;                        // outside it a value is refused
    struct th_ratio range_low, range_high; // both ends allowed
    bool has_reference;                    // a measured value to compare with
    struct th_ratio reference;             // in the same unit
    struct th_ratio
        waiver_ratio; // value / reference at or above which an officer's waiver is needed
    const char *reference_source;
    const char *source; // document, section, table
    enum th_evidence evidence;
    bool can_be_set; // an input of the same name may replace the value
};

struct th_methodology; // parsed document, opaque, immutable

// TH_INVALID ("methodology_invalid" with "where" = JSON pointer and "reason" = "@methodology.<x>").
enum th_status th_methodology_parse(const char *text, size_t size,
                                    struct th_methodology **ret_methodology,
                                    struct th_error *err) TH_MUST_CHECK;
void th_methodology_free(struct th_methodology *methodology);

// All borrowed from the methodology.
const char *th_methodology_id(const struct th_methodology *methodology);
const char *th_methodology_version(const struct th_methodology *methodology);
const char *th_methodology_title(const struct th_methodology *methodology, bool chinese);
enum th_methodology_family th_methodology_family(const struct th_methodology *methodology);
bool th_methodology_monitoring_only(const struct th_methodology *methodology); // no units
bool th_methodology_statement_based(const struct th_methodology *methodology); // mark on units
const struct th_hash *
th_methodology_sha256(const struct th_methodology *methodology); // of the text
struct th_ratio th_methodology_buffer_ratio(const struct th_methodology *methodology);
size_t th_methodology_n_parameters(const struct th_methodology *methodology);
const struct th_parameter *th_methodology_parameter(const struct th_methodology *methodology,
                                                    size_t index);
const struct th_parameter *th_methodology_parameter_find(const struct th_methodology *methodology,
                                                         const char *name); // NULL when absent
// The document as JSON, for `methodology show`. Borrowed.
const struct th_json *th_methodology_json(const struct th_methodology *methodology);

const char *th_evidence_name(enum th_evidence evidence); // "two-sources"

// May a parcel of this kind, land class ("0302" or NULL) and measured area use the methodology?
// TH_DATA_PROBLEM ("not_applicable" with "reason" = "@applicability.<x>" and its limits).
enum th_status th_methodology_applies(const struct th_methodology *methodology, const char *kind,
                                      const char *land_class, struct th_area area,
                                      struct th_error *err) TH_MUST_CHECK;

#endif
