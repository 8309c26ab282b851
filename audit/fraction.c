#include "audit/fraction.h"

// "70", "0.39", "70/87": a numerator over a power of ten, or over what stands behind the stroke.
bool th_fraction_read(struct th_text text, struct th_fraction *ret_fraction)
{
    int64_t parts[2] = {0, 0};
    int64_t scale = 1;
    bool digit = false; // in this part
    bool point = false;
    int part = 0;
    for (size_t i = 0; i < text.size; i++) {
        char c = text.at[i];
        if ((c == '/' || c == '.') && digit && part == 0 && !point) {
            point = c == '.';
            part = c == '/';
            digit = false;
            continue;
        }
        if (c < '0' || c > '9' || parts[part] > (INT64_MAX - 9) / 10 ||
            (point && scale > INT64_MAX / 10)) {
            return false;
        }
        parts[part] = parts[part] * 10 + (c - '0');
        scale *= point ? 10 : 1;
        digit = true;
    }
    if (!digit || (part == 1 && parts[1] == 0)) {
        return false;
    }
    *ret_fraction = (struct th_fraction){parts[0], part == 1 ? parts[1] : scale};
    return true;
}
