#include "trading/books/book_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"

// A commodity with a digit in its name stands between quotes.
#define UNIT "\"TCO2E\""

enum { BODY_LIMIT = 1024 * 1024 * 1024, NAMES_MIN = 256 };

void th_book_init(struct th_book *book, const struct th_messages *messages, enum th_lang lang)
{
    *book = (struct th_book){.messages = messages, .lang = lang};
    th_buf_init(&book->declared, BODY_LIMIT);
    th_buf_init(&book->body, BODY_LIMIT);
}

void th_book_clear(struct th_book *book)
{
    for (size_t i = 0; i < book->capacity; i++) {
        free(book->names[i]);
    }
    free(book->names);
    th_buf_clear(&book->declared);
    th_buf_clear(&book->body);
    *book = (struct th_book){0};
}

static const char *words(const struct th_book *book, const char *key)
{
    return book->messages != NULL ? th_messages_text(book->messages, book->lang, key) : key;
}

// Two blanks end a name, ':' divides it, ';' begins a remark, ',' ends a tag, and a line is a line.
static void put_clean(struct th_buf *out, const char *text, const char *separators)
{
    static const struct {
        char sign;
        const char *wide;
    } SIGNS[] = {{':', "："}, {';', "；"}, {',', "，"}, {'|', "｜"}};
    bool blank = false;
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;
        if (c <= ' ' || c == 0x7f) {
            blank = true;
            continue;
        }
        if (blank) {
            th_buf_append_char(out, ' ');
            blank = false;
        }
        const char *wide = NULL;
        for (size_t i = 0; i < sizeof(SIGNS) / sizeof(SIGNS[0]); i++) {
            if (*text == SIGNS[i].sign && strchr(separators, *text) != NULL) {
                wide = SIGNS[i].wide;
            }
        }
        if (wide != NULL) {
            th_buf_append_str(out, wide);
        } else {
            th_buf_append_char(out, *text);
        }
    }
}

const char *th_book_account(struct th_book *book, const char *const parts[TH_BOOK_PARTS_MAX],
                            char buf[TH_BOOK_ACCOUNT_SIZE])
{
    struct th_buf name;
    th_buf_init(&name, (size_t)TH_BOOK_ACCOUNT_SIZE * 4);
    for (size_t i = 0; i < TH_BOOK_PARTS_MAX && parts[i] != NULL; i++) {
        if (i > 0) {
            th_buf_append_char(&name, ':');
        }
        put_clean(&name, parts[i][0] == '@' ? words(book, parts[i] + 1) : parts[i], ":;|");
    }
    book->no_memory |= name.no_memory;
    th_text_copy(buf, TH_BOOK_ACCOUNT_SIZE, th_buf_text(&name));
    th_buf_clear(&name);
    return buf;
}

const char *th_book_party(int64_t party_id, const char *name, char buf[TH_BOOK_ACCOUNT_SIZE])
{
    (void)snprintf(buf, TH_BOOK_ACCOUNT_SIZE, "%" PRId64 " %s", party_id, name);
    return buf;
}

static size_t place_of(char *const *names, size_t capacity, const char *name)
{
    uint64_t hash = UINT64_C(14695981039346656037); // FNV-1a
    for (const char *at = name; *at != '\0'; at++) {
        hash = (hash ^ (unsigned char)*at) * UINT64_C(1099511628211);
    }
    size_t i = (size_t)(hash & (capacity - 1));
    while (names[i] != NULL && strcmp(names[i], name) != 0) {
        i = (i + 1) & (capacity - 1);
    }
    return i;
}

static bool make_room(struct th_book *book)
{
    if (book->capacity > 0 && book->n_names < book->capacity / 2) {
        return true;
    }
    size_t capacity = book->capacity == 0 ? NAMES_MIN : book->capacity * 2;
    char **names = calloc(capacity, sizeof(*names));
    if (names == NULL) {
        return false;
    }
    for (size_t i = 0; i < book->capacity; i++) {
        if (book->names[i] != NULL) {
            names[place_of(names, capacity, book->names[i])] = book->names[i];
        }
    }
    free(book->names);
    book->names = names;
    book->capacity = capacity;
    return true;
}

bool th_book_knows(const struct th_book *book, const char *account)
{
    return book->capacity > 0 &&
           book->names[place_of(book->names, book->capacity, account)] != NULL;
}

// True when it was not declared before.
static bool remember(struct th_book *book, const char *account)
{
    if (book->no_memory || !make_room(book)) {
        book->no_memory = true;
        return false;
    }
    size_t place = place_of(book->names, book->capacity, account);
    if (book->names[place] != NULL) {
        return false;
    }
    book->names[place] = th_text_duplicate(account);
    if (book->names[place] == NULL) {
        book->no_memory = true;
        return false;
    }
    book->n_names++;
    return true;
}

static void declare(struct th_book *book, const char *account)
{
    if (remember(book, account)) {
        th_buf_printf(&book->declared, "account %s\n", account);
    }
}

void th_book_declare(struct th_book *book, const char *account, char type)
{
    if (remember(book, account)) {
        th_buf_printf(&book->declared, "account %s  ; type:%c\n", account, type);
    }
}

void th_book_begin(struct th_book *book, const char *on, const char *kind, int64_t seq,
                   const char *login)
{
    char key[96];
    (void)snprintf(key, sizeof(key), "value.event.%s", kind);
    const char *text =
        book->messages != NULL ? th_messages_find(book->messages, book->lang, key) : NULL;
    th_buf_printf(&book->body, "\n%s ", on);
    put_clean(&book->body, text != NULL ? text : kind, ";|");
    if (seq > 0) {
        th_buf_printf(&book->body, "  ; seq:%" PRId64 ", login:", seq);
        put_clean(&book->body, login, ":;,");
    }
    th_buf_append_char(&book->body, '\n');
    if (strcmp(on, book->last_on) > 0) {
        th_text_copy(book->last_on, sizeof(book->last_on), on);
    }
    book->n++;
}

static void put_tags(struct th_book *book, int64_t trade_id, const char *note)
{
    if (trade_id != 0) {
        th_buf_printf(&book->body, "  ; trade:%" PRId64, trade_id);
    }
    if (note != NULL) {
        th_buf_append_str(&book->body, trade_id != 0 ? ", what:" : "  ; what:");
        put_clean(&book->body, words(book, note), ";,");
    }
    th_buf_append_char(&book->body, '\n');
}

static void put_money(struct th_book *book, struct th_money amount)
{
    int64_t fen = th_money_fen(amount);
    uint64_t size = fen < 0 ? -(uint64_t)fen : (uint64_t)fen;
    th_buf_printf(&book->body, "%s%" PRIu64 ".%02" PRIu64 " CNY", fen < 0 ? "-" : "", size / 100,
                  size % 100);
}

void th_book_money(struct th_book *book, const char *account, struct th_money amount,
                   int64_t trade_id, const char *note)
{
    if (th_money_fen(amount) == 0) {
        return;
    }
    declare(book, account);
    th_buf_printf(&book->body, "    %s  ", account);
    put_money(book, amount);
    put_tags(book, trade_id, note);
}

void th_book_units(struct th_book *book, const char *account, int64_t tonnes, int64_t trade_id,
                   const char *note)
{
    if (tonnes == 0) {
        return;
    }
    declare(book, account);
    th_buf_printf(&book->body, "    %s  %" PRId64 " " UNIT, account, tonnes);
    put_tags(book, trade_id, note);
}

void th_book_assert_money(struct th_book *book, const char *account, struct th_money amount,
                          bool with_parts)
{
    declare(book, account);
    th_buf_printf(&book->body, "    %s  0.00 CNY =%s ", account, with_parts ? "*" : "");
    put_money(book, amount);
    th_buf_append_char(&book->body, '\n');
}

void th_book_assert_units(struct th_book *book, const char *account, int64_t tonnes,
                          bool with_parts)
{
    declare(book, account);
    th_buf_printf(&book->body, "    %s  0 " UNIT " =%s %" PRId64 " " UNIT "\n", account,
                  with_parts ? "*" : "", tonnes);
}

enum th_status th_book_finish(struct th_book *book, const char *heading, char **ret_text,
                              size_t *ret_size, struct th_error *err)
{
    struct th_buf text;
    th_buf_init(&text, (size_t)2 * BODY_LIMIT);
    th_buf_append_str(&text, "; ");
    put_clean(&text, heading, "");
    th_buf_append_str(&text,
                      "\n\ndecimal-mark .\ncommodity 1000.00 CNY\ncommodity 1000. " UNIT "\n\n");
    enum th_status status = th_buf_check(&book->declared, err);
    if (status == TH_OK) {
        status = th_buf_check(&book->body, err);
    }
    if (status == TH_OK && book->no_memory) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        th_buf_append(&text, book->declared.data, book->declared.size);
        th_buf_append(&text, book->body.data, book->body.size);
        status = th_buf_check(&text, err);
    }
    size_t size = text.size;
    char *taken = status == TH_OK ? th_buf_take(&text) : NULL;
    if (status == TH_OK && taken == NULL) {
        status = th_error_no_memory(err);
    }
    if (status == TH_OK) {
        *ret_text = taken;
        *ret_size = size;
    }
    th_buf_clear(&text);
    return status;
}
