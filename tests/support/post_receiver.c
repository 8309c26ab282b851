#include "tests/support/post_receiver.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { TAKEN_MAX = 256, REQUEST_MAX = 1 << 22 };

struct post_receiver {
    int listener;
    char url[64];
    pthread_t thread;
    atomic_bool stop;
    atomic_size_t n;
    struct post_taken taken[TAKEN_MAX];
    int (*answer)(void *context, size_t i);
    void *context;
};

// The whole request: as many bytes behind the head as it says.
static char *receive(int connection)
{
    char *request = calloc(1, REQUEST_MAX + 1);
    size_t size = 0;
    size_t want = REQUEST_MAX;
    assert_non_null(request);
    while (size < want) {
        ssize_t n = recv(connection, request + size, want - size, 0);
        if (n <= 0) {
            break;
        }
        size += (size_t)n;
        char *end = strstr(request, "\r\n\r\n");
        char *length = strstr(request, "Content-Length: ");
        if (end && length && length < end) {
            want = (size_t)(end + 4 - request) + strtoul(length + 16, NULL, 10);
        }
    }
    return request;
}

static void serve(struct post_receiver *receiver, int connection)
{
    char *request = receive(connection);
    char *end = strstr(request, "\r\n\r\n");
    size_t i = atomic_load(&receiver->n);
    if (!end || strncmp(request, "POST ", 5) != 0 || i >= TAKEN_MAX) {
        free(request);
        return;
    }
    end[2] = '\0';
    receiver->taken[i] = (struct post_taken){request, end + 4};
    atomic_store(&receiver->n, i + 1);
    int status = receiver->answer ? receiver->answer(receiver->context, i) : 200;
    if (status < 0) {
        for (int k = 0; k < -status * 10 && !atomic_load(&receiver->stop); k++) {
            (void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        }
    } else if (status > 0) {
        char reply[128];
        int n = snprintf(reply, sizeof(reply),
                         "HTTP/1.1 %d X\r\nLocation: /other\r\nContent-Length: 0\r\n"
                         "Connection: close\r\n\r\n",
                         status);
        (void)!send(connection, reply, (size_t)n, MSG_NOSIGNAL);
    }
}

static void *run(void *context)
{
    struct post_receiver *receiver = context;
    while (!atomic_load(&receiver->stop)) {
        int connection = accept(receiver->listener, NULL, NULL);
        if (connection >= 0) {
            const struct timeval patience = {.tv_sec = 10};
            (void)setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
            serve(receiver, connection);
            (void)close(connection);
        }
    }
    return NULL;
}

struct post_receiver *post_receiver_new(int (*answer)(void *context, size_t i), void *context)
{
    struct post_receiver *receiver = calloc(1, sizeof(*receiver));
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    const struct timeval patience = {.tv_usec = 50000};
    assert_non_null(receiver);
    receiver->answer = answer;
    receiver->context = context;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    receiver->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(receiver->listener >= 0);
    assert_int_equal(bind(receiver->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(getsockname(receiver->listener, (struct sockaddr *)&address, &size), 0);
    assert_int_equal(
        setsockopt(receiver->listener, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)), 0);
    assert_int_equal(listen(receiver->listener, 16), 0);
    (void)snprintf(receiver->url, sizeof(receiver->url), "http://127.0.0.1:%d/payments",
                   ntohs(address.sin_port));
    assert_int_equal(pthread_create(&receiver->thread, NULL, run, receiver), 0);
    return receiver;
}

void post_receiver_free(struct post_receiver *receiver)
{
    if (!receiver) {
        return;
    }
    atomic_store(&receiver->stop, true);
    (void)pthread_join(receiver->thread, NULL);
    (void)close(receiver->listener);
    for (size_t i = 0; i < atomic_load(&receiver->n); i++) {
        free(receiver->taken[i].heads);
    }
    free(receiver);
}

const char *post_receiver_url(const struct post_receiver *receiver)
{
    return receiver->url;
}

size_t post_receiver_n(struct post_receiver *receiver)
{
    return atomic_load(&receiver->n);
}

const struct post_taken *post_receiver_at(struct post_receiver *receiver, size_t i)
{
    assert_true(i < atomic_load(&receiver->n));
    return &receiver->taken[i];
}

const char *post_taken_header(const struct post_taken *taken, const char *name)
{
    static char value[256];
    size_t size = strlen(name);
    value[0] = '\0';
    for (const char *line = taken->heads; line && *line; line = strstr(line, "\r\n")) {
        line += line[0] == '\r' ? 2 : 0;
        if (strncasecmp(line, name, size) == 0 && line[size] == ':') {
            (void)snprintf(value, sizeof(value), "%.*s", (int)strcspn(line + size + 2, "\r"),
                           line + size + 2);
            break;
        }
    }
    return value;
}
