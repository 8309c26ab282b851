#include "gis/reader/coordinate_internal.h"

#include <ctype.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/text.h"

enum { NUMBER_SIZE = 96, PIECE_SIZE = 256, PARTS_MAX = 3 };

struct spelling {
    const char *from;
    const char *to;
};

// Everything that means the same becomes one ASCII sign: d, m and s behind degrees, minutes and
// seconds, the letters of the compass, full-width punctuation.
static const struct spelling spellings[] = {
    {"°", "d"},     {"º", "d"},    {"˚", "d"},    {"度", "d"},   {"′", "m"},    {"’", "m"},
    {"‘", "m"},     {"'", "m"},    {"分", "m"},   {"″", "s"},    {"”", "s"},    {"“", "s"},
    {"\"", "s"},    {"秒", "s"},   {"：", ":"},   {"．", "."},   {"－", "-"},   {"−", "-"},
    {"＋", "+"},    {"，", ","},   {"东经", "E"}, {"西经", "W"}, {"北纬", "N"}, {"南纬", "S"},
    {"\u3000", ""}, {"\u00a0", ""}};

static size_t spelling_find(const char *text, const char **ret_to)
{
    for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
        if (th_text_starts_with(text, spellings[i].from)) {
            *ret_to = spellings[i].to;
            return strlen(spellings[i].from);
        }
    }
    return 0;
}

// U+FF10 … U+FF19 stand in UTF-8 as EF BC 90 … 99.
static bool wide_digit(const char *text, char *ret_digit)
{
    const unsigned char *p = (const unsigned char *)text;
    if (p[0] != 0xEF || p[1] != 0xBC || p[2] < 0x90 || p[2] > 0x99) {
        return false;
    }
    *ret_digit = (char)('0' + (p[2] - 0x90));
    return true;
}

static bool plain_spell(const char *text, char plain[NUMBER_SIZE])
{
    size_t n = 0;
    while (*text != '\0') {
        const char *to = NULL;
        char single[2] = "";
        size_t size = spelling_find(text, &to);
        if (size == 0 && wide_digit(text, single)) {
            size = 3;
            to = single;
        } else if (size == 0) {
            size = 1;
            if (*text != ' ' && *text != '\t') {
                single[0] = *text;
            }
            to = single;
        }
        for (; *to != '\0'; to++) {
            if (n + 1 >= NUMBER_SIZE || (unsigned char)*to >= 0x80) {
                return false;
            }
            plain[n++] = *to;
        }
        text += size;
    }
    plain[n] = '\0';
    if (n > 2 && strcmp(plain + n - 2, "mm") == 0) { // two strokes for a double one
        plain[n - 2] = 's';
        plain[n - 1] = '\0';
    }
    return n > 0;
}

// "3,390,123.45": groups of three behind the first comma.
static bool commas_remove(char *text)
{
    char *comma = strchr(text, ',');
    if (comma == NULL) {
        return true;
    }
    size_t before = strspn(text, "+-0123456789");
    if (comma != text + before || before == 0 || before > 4) {
        return false;
    }
    char *out = comma;
    const char *in = comma;
    while (*in == ',') {
        if (strspn(in + 1, "0123456789") != 3) {
            return false;
        }
        memmove(out, in + 1, 3);
        out += 3;
        in += 4;
    }
    memmove(out, in, strlen(in) + 1);
    return strchr(text, ',') == NULL;
}

// N, E, S or W at one end; cuts it off.
static bool compass_take(char *text, bool *ret_negative)
{
    size_t size = strlen(text);
    char letter = '\0';
    *ret_negative = false;
    if (size > 1 && strchr("NESWnesw", text[0]) != NULL) {
        letter = text[0];
        memmove(text, text + 1, size);
    } else if (size > 1 && strchr("NEWnewS", text[size - 1]) != NULL) { // s closes the seconds
        letter = text[size - 1];
        text[size - 1] = '\0';
    }
    *ret_negative = letter != '\0' && strchr("SWsw", letter) != NULL;
    return letter != '\0';
}

// Degrees, minutes and seconds, each closed by its sign or all parted by colons.
static bool degrees_parse(char *text, double *ret_value)
{
    static const char signs[] = "dms";
    double parts[PARTS_MAX] = {0};
    int n = 0;
    bool negative = *text == '-';
    bool colons = strchr(text, ':') != NULL;
    char *p = text + (*text == '-' || *text == '+' ? 1 : 0);
    while (*p != '\0') {
        size_t size = strspn(p, "0123456789.");
        char sign = p[size];
        bool last = sign == '\0' || p[size + 1] == '\0';
        p[size] = '\0';
        if (n == PARTS_MAX || size == 0 || !th_text_parse_double(p, &parts[n]) ||
            (!last && strchr(p, '.') != NULL) || (n > 0 && parts[n] >= 60.0)) {
            return false;
        }
        // The last sign is often forgotten; the others part the numbers.
        if (sign != '\0' && sign != (colons ? ':' : signs[n])) {
            return false;
        }
        n++;
        if (sign == '\0') {
            break;
        }
        p += size + 1;
    }
    if (n == 0 || parts[0] > 360.0) {
        return false;
    }
    double value = parts[0] + parts[1] / 60.0 + parts[2] / 3600.0;
    *ret_value = negative ? -value : value;
    return true;
}

bool th_coordinate_parse(const char *text, double *ret_value)
{
    char plain[NUMBER_SIZE];
    bool negative = false;
    double value = 0.0;
    if (text == NULL) {
        return false;
    }
    // Most coordinates of a long table are plain.
    if (text[strspn(text, "+-.0123456789")] == '\0') {
        return th_text_parse_double(text, ret_value);
    }
    if (!plain_spell(text, plain)) {
        return false;
    }
    bool compass = compass_take(plain, &negative);
    if (compass && strchr(plain, '-') != NULL) {
        return false;
    }
    bool degrees = strpbrk(plain, "dms:") != NULL;
    if (degrees ? !degrees_parse(plain, &value)
                : !commas_remove(plain) || !th_text_parse_double(plain, &value)) {
        return false;
    }
    if (!isfinite(value)) {
        return false;
    }
    *ret_value = negative ? -value : value;
    return true;
}

// How the numbers of a list are parted.
struct list_style {
    const char *between_pairs;
    const char *inside;
};

// Full-width separators are as good as the others.
static size_t separator_size(const char *text, char *ret_plain)
{
    static const struct spelling wide[] = {
        {"；", ";"}, {"，", ","}, {"、", ","}, {"｜", "|"}, {"\u3000", " "}};
    for (size_t i = 0; i < sizeof(wide) / sizeof(wide[0]); i++) {
        if (th_text_starts_with(text, wide[i].from)) {
            *ret_plain = wide[i].to[0];
            return strlen(wide[i].from);
        }
    }
    *ret_plain = *text;
    if (*text == '\t' || *text == '\r' || *text == '\n') {
        *ret_plain = ' ';
    }
    return 1;
}

// Blanks that stand beside another separator say nothing.
static bool is_bare_blank(const char *text, char before)
{
    char next = ' ';
    while (next == ' ' && *text != '\0') {
        size_t size = separator_size(text, &next);
        text += size;
    }
    return next != ' ' && strchr(",;|", next) == NULL && before != '\0' &&
           strchr(",;|", before) == NULL;
}

static struct list_style style_find(const char *text)
{
    struct list_style by_mark = {";|", ", "};
    struct list_style by_blank = {" ", ","};
    struct list_style by_comma = {",", " "};
    int n_commas = 0; // of the first piece between blanks
    bool blank_seen = false;
    char before = '\0';
    while (*text != '\0') {
        char plain;
        size_t size = separator_size(text, &plain);
        if (plain == ';' || plain == '|') {
            return by_mark;
        }
        blank_seen = blank_seen || (plain == ' ' && is_bare_blank(text, before));
        n_commas += plain == ',' && !blank_seen;
        if (plain != ' ') {
            before = plain;
        }
        text += size;
    }
    return n_commas > 0 && blank_seen ? by_blank : by_comma;
}

static bool piece_parse(const char *piece, const char *separators, double *ret_x, double *ret_y)
{
    double values[PARTS_MAX];
    size_t n = 0;
    while (*piece != '\0') {
        char number[NUMBER_SIZE];
        piece += strspn(piece, separators);
        size_t size = strcspn(piece, separators);
        if (size == 0) {
            break;
        }
        if (n == PARTS_MAX || size >= sizeof(number)) {
            return false;
        }
        memcpy(number, piece, size);
        number[size] = '\0';
        if (!th_coordinate_parse(number, &values[n])) {
            return false;
        }
        n++;
        piece += size;
    }
    if (n < 2) {
        return false;
    }
    *ret_x = values[0];
    *ret_y = values[1];
    return true;
}

bool th_coordinate_pairs(const char *text, bool (*pair)(double x, double y, void *context),
                         void *context)
{
    struct list_style style = style_find(text);
    char piece[PIECE_SIZE];
    size_t n = 0;
    char before = '\0';
    for (;;) {
        char plain = '\0';
        size_t size = *text == '\0' ? 0 : separator_size(text, &plain);
        bool ends = plain == '\0' || (strchr(style.between_pairs, plain) != NULL &&
                                      (plain != ' ' || is_bare_blank(text, before)));
        if (ends) {
            double x;
            double y;
            piece[n] = '\0';
            bool blank = strspn(piece, " ") == n;
            if (!blank && (!piece_parse(piece, style.inside, &x, &y) || !pair(x, y, context))) {
                return false;
            }
            n = 0;
        } else {
            if (n + 1 >= sizeof(piece)) {
                return false;
            }
            piece[n++] = plain;
        }
        if (plain == '\0') {
            return true;
        }
        if (plain != ' ') {
            before = plain;
        }
        text += size;
    }
}
