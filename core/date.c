#include "core/date.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

enum { DAY_S = 86400, SHANGHAI_OFFSET_S = 8 * 3600 };

static bool is_leap(int64_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool th_date_valid(struct th_date date)
{
    return date.year >= 1900 && date.year <= 9999 && date.month >= 1 && date.month <= 12 &&
           date.day >= 1 && date.day <= days_in_month(date.year, date.month);
}

// Exactly n digits at text; -1 when there is anything else.
static int read_digits(const char *text, int n)
{
    int value = 0;
    for (int i = 0; i < n; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

// "YYYY-MM-DD" at text, whatever follows.
static bool read_date(const char *text, struct th_date *ret_date)
{
    struct th_date date;
    // Each test looks at a byte only after those before it were seen not to be the end.
    if ((date.year = read_digits(text, 4)) < 0 || text[4] != '-') {
        return false;
    }
    if ((date.month = read_digits(text + 5, 2)) < 0 || text[7] != '-') {
        return false;
    }
    if ((date.day = read_digits(text + 8, 2)) < 0 || !th_date_valid(date)) {
        return false;
    }
    *ret_date = date;
    return true;
}

enum th_status th_date_parse(const char *text, struct th_date *ret_date, struct th_error *err)
{
    struct th_date date;
    if (text == NULL || !read_date(text, &date) || text[10] != '\0') {
        return th_error_set(err, TH_INVALID, "date_invalid", "text", text, NULL);
    }
    *ret_date = date;
    return TH_OK;
}

static void put_digits(char *out, int value, int n)
{
    for (int i = n - 1; i >= 0; i--, value /= 10) {
        out[i] = (char)('0' + value % 10);
    }
}

// By hand, since every version of every parcel that is stored or hashed says its day.
const char *th_date_format(struct th_date date, char buf[TH_DATE_TEXT_SIZE])
{
    if (!th_date_valid(date)) {
        snprintf(buf, TH_DATE_TEXT_SIZE, "%04d-%02d-%02d", date.year, date.month, date.day);
        return buf;
    }
    memcpy(buf, "0000-00-00", sizeof("0000-00-00"));
    put_digits(buf, date.year, 4);
    put_digits(buf + 5, date.month, 2);
    put_digits(buf + 8, date.day, 2);
    return buf;
}

int th_date_compare(struct th_date a, struct th_date b)
{
    if (a.year != b.year) {
        return a.year < b.year ? -1 : 1;
    }
    if (a.month != b.month) {
        return a.month < b.month ? -1 : 1;
    }
    return (a.day > b.day) - (a.day < b.day);
}

// Leap days in the years 1 … year of the Gregorian calendar carried backwards.
static int64_t leap_days(int64_t year)
{
    return year / 4 - year / 100 + year / 400;
}

// Days from 1970-01-01 to a date of the years 1 … 9999.
static int64_t date_to_days(struct th_date date)
{
    int64_t days = (int64_t)(date.year - 1970) * 365;
    days += leap_days(date.year - 1) - leap_days(1969);
    for (int month = 1; month < date.month; month++) {
        days += days_in_month(date.year, month);
    }
    return days + date.day - 1;
}

static struct th_date days_to_date(int64_t days)
{
    // What four digits can say: 0001-01-01 … 9999-12-31. Instants beyond stop at the ends.
    const int64_t first = date_to_days((struct th_date){1, 1, 1});
    const int64_t last = date_to_days((struct th_date){9999, 12, 31});
    if (days < first) {
        days = first;
    }
    if (days > last) {
        days = last;
    }
    // A first guess, never too late, then at most a few steps forward.
    struct th_date date = {(int)((days - first) / 366) + 1, 1, 1};
    int64_t left = days - date_to_days(date);
    while (left >= (is_leap(date.year) ? 366 : 365)) {
        left -= is_leap(date.year) ? 366 : 365;
        date.year++;
    }
    while (left >= days_in_month(date.year, date.month)) {
        left -= days_in_month(date.year, date.month);
        date.month++;
    }
    date.day += (int)left;
    return date;
}

struct th_date th_date_add(struct th_date date, int64_t days)
{
    return days_to_date(date_to_days(date) + days);
}

// Days since 1970 toward −∞; the second of the day goes to *ret_second.
static int64_t split_instant(int64_t utc, int *ret_second)
{
    int64_t days = utc / DAY_S;
    int64_t second = utc % DAY_S;
    if (second < 0) {
        second += DAY_S;
        days--;
    }
    *ret_second = (int)second;
    return days;
}

const char *th_instant_format(int64_t utc, char buf[TH_INSTANT_TEXT_SIZE])
{
    int second = 0;
    struct th_date date = days_to_date(split_instant(utc, &second));
    snprintf(buf, TH_INSTANT_TEXT_SIZE, "%04d-%02d-%02dT%02d:%02d:%02dZ", date.year, date.month,
             date.day, second / 3600, second / 60 % 60, second % 60);
    return buf;
}

enum th_status th_instant_parse(const char *text, int64_t *ret_utc, struct th_error *err)
{
    struct th_date date;
    int hour = -1;
    int minute = -1;
    int second = -1;
    if (text == NULL || !read_date(text, &date) || text[10] != 'T' ||
        (hour = read_digits(text + 11, 2)) < 0 || text[13] != ':' ||
        (minute = read_digits(text + 14, 2)) < 0 || text[16] != ':' ||
        (second = read_digits(text + 17, 2)) < 0 || text[19] != 'Z' || text[20] != '\0' ||
        hour > 23 || minute > 59 || second > 59) {
        return th_error_set(err, TH_INVALID, "instant_invalid", "text", text, NULL);
    }
    *ret_utc = date_to_days(date) * DAY_S + (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
    return TH_OK;
}

struct th_date th_instant_date(int64_t utc)
{
    int second = 0;
    int64_t days = split_instant(utc, &second);
    return days_to_date(second + SHANGHAI_OFFSET_S >= DAY_S ? days + 1 : days);
}

struct th_date th_date_before(struct th_date date)
{
    struct th_date day = date;
    if (day.day > 1) {
        day.day--;
        return day;
    }
    day.month = date.month > 1 ? date.month - 1 : 12;
    day.year = date.month > 1 ? date.year : date.year - 1;
    day.day = days_in_month(day.year, day.month);
    return day;
}

struct th_date th_date_after(struct th_date date)
{
    struct th_date day = date;
    if (day.day < days_in_month(date.year, date.month)) {
        day.day++;
        return day;
    }
    day.day = 1;
    day.month = date.month < 12 ? date.month + 1 : 1;
    day.year = date.month < 12 ? date.year : date.year + 1;
    return day;
}
