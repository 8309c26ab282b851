#include "core/codes.h"

#include <stddef.h>
#include <string.h>

enum { USCC_LENGTH = 18, USCC_MODULUS = 31 };

bool th_uscc_valid(const char *code)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    if (code == NULL || strnlen(code, USCC_LENGTH + 1) != USCC_LENGTH) {
        return false;
    }
    int sum = 0;
    int weight = 1;
    for (int i = 0; i < USCC_LENGTH; i++) {
        const char *place = strchr(alphabet, code[i]);
        if (place == NULL) {
            return false;
        }
        int value = (int)(place - alphabet);
        if (i == USCC_LENGTH - 1) {
            return value == (USCC_MODULUS - sum % USCC_MODULUS) % USCC_MODULUS;
        }
        // Places 3 to 8 are the administrative division: digits only.
        if (i >= 2 && i < 8 && value > 9) {
            return false;
        }
        sum += value * weight;
        weight = weight * 3 % USCC_MODULUS;
    }
    return false;
}

static bool all_digits(const char *code, size_t n)
{
    if (code == NULL || strnlen(code, n + 1) != n || code[0] == '0') {
        return false;
    }
    return strspn(code, "0123456789") == n;
}

bool th_village_code_valid(const char *code)
{
    return all_digits(code, 12);
}

bool th_division_code_valid(const char *code, int n_digits)
{
    switch (n_digits) {
    case 2:
    case 4:
    case 6:
    case 9:
        return all_digits(code, (size_t)n_digits);
    default:
        return false;
    }
}
