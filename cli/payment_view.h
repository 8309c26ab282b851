// What people see of a payment to a village, a member or a fund.
#ifndef TH_CLI_PAYMENT_VIEW_H
#define TH_CLI_PAYMENT_VIEW_H

#define TH_CLI_PAYMENT_VIEW                                                                        \
    "number=payment_number name kind amount_fen state on reference note bank "                     \
    "account=account_number account_holder account_note"

#endif
