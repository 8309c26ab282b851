// outbox set, deliver, list, show, retry, resend.
#include <time.h>

#include "cli/cli.h"
#include "trading/payment/outbox.h"

static enum th_status run_set(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_outbox_set(cli->registry, &cli->request, cli->positionals[0], ret_reply, err);
}

// In short steps, so that a wish to stop is heard.
static void pause_for(void *context, int64_t seconds)
{
    const struct th_cli *cli = context;
    for (int64_t i = 0; i < seconds && th_progress_report(&cli->progress, "outbox", 0, -1); i++) {
        (void)nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
    }
}

static enum th_status run_deliver(struct th_cli *cli, struct th_json **ret_reply,
                                  struct th_error *err)
{
    const struct th_outbox_deliver_input input = {
        .once = th_cli_flag(cli, "once"), .pause = pause_for, .context = cli};
    return th_outbox_deliver(cli->registry, &cli->request, &input, ret_reply, err);
}

static enum th_status run_list(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    return th_outbox_list(cli->registry, th_cli_option(cli, "state"), ret_reply, err);
}

static enum th_status run_show(struct th_cli *cli, struct th_json **ret_reply, struct th_error *err)
{
    int64_t message_id = 0;
    enum th_status status = th_cli_id(cli, 0, &message_id, err);
    return status == TH_OK
               ? th_outbox_show(cli->registry, &cli->request, message_id, ret_reply, err)
               : status;
}

static enum th_status run_retry(struct th_cli *cli, struct th_json **ret_reply,
                                struct th_error *err)
{
    int64_t message_id = 0;
    enum th_status status = th_cli_id(cli, 0, &message_id, err);
    return status == TH_OK
               ? th_outbox_retry(cli->registry, &cli->request, message_id, ret_reply, err)
               : status;
}

static enum th_status run_resend(struct th_cli *cli, struct th_json **ret_reply,
                                 struct th_error *err)
{
    int64_t message_id = 0;
    enum th_status status = th_cli_id(cli, 0, &message_id, err);
    return status == TH_OK ? th_outbox_resend(cli->registry, &cli->request, message_id,
                                              th_cli_option(cli, "reason"), ret_reply, err)
                           : status;
}

#define MESSAGE                                                                                    \
    "message_id kind distribution_id idempotency_key size state=delivery_state attempts next_at "  \
    "http_status problem=delivery_problem delivered_at replaced_by"

const struct th_cli_command th_cli_outbox_commands[] = {
    {"outbox", "set", TH_CLI_WRITE, "URL", "", "url secret_file key_made", run_set},
    {"outbox", "deliver", TH_CLI_WRITE, "", "once",
     "made withdrawn delivered failed dead next_at without_account", run_deliver},
    {"outbox", "list", TH_CLI_READ, "", "state=waiting|delivered|dead|withdrawn",
     "url | messages: " MESSAGE
     " | not_ordered: number=payment_number name amount_fen account_note",
     run_list},
    {"outbox", "show", TH_CLI_READ, "MESSAGE", "", MESSAGE " sha256 body", run_show},
    {"outbox", "retry", TH_CLI_WRITE, "MESSAGE", "", MESSAGE, run_retry},
    {"outbox", "resend", TH_CLI_WRITE, "MESSAGE", "reason!=TEXT", MESSAGE, run_resend},
    {0},
};
