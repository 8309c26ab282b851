#include "tests/unit/http_stub.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

struct http_stub {
    int listener;
    int port;
    pthread_t thread;
    atomic_bool stop;
    atomic_int n_requests;
    char *(*answer)(void *context, const char *path);
    void *context;
};

static void send_all(int connection, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = send(connection, data, size, MSG_NOSIGNAL);
        if (n <= 0)
            return;
        data += n;
        size -= (size_t)n;
    }
}

static void send_text(int connection, const char *text)
{
    send_all(connection, text, strlen(text));
}

static void send_big(int connection)
{
    char block[1000];
    memset(block, 'x', sizeof block);
    send_text(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < 100; i++)
        send_all(connection, block, sizeof block);
}

static void answer(struct http_stub *stub, int connection, const char *path)
{
    static const struct {
        const char *path;
        const char *reply;
    } replies[] = {
        {"/hello", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nhello\n"},
        {"/broken", "HTTP/1.1 500 Broken\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"},
        {"/bigger", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\nConnection: close\r\n\r\nx"},
        {"/again", "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n"
                   "Connection: close\r\n\r\n"},
        {"/file", "HTTP/1.1 302 Found\r\nLocation: file:///etc/hostname\r\n"
                  "Content-Length: 0\r\nConnection: close\r\n\r\n"},
        {"/plain", "HTTP/1.1 302 Found\r\nLocation: /hello\r\nContent-Length: 0\r\n"
                   "Connection: close\r\n\r\n"},
        {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 60\r\nConnection: close\r\n\r\nhello\n"},
    };
    char *own = stub->answer == NULL ? NULL : stub->answer(stub->context, path);
    if (own != NULL) {
        send_text(connection, own);
        free(own);
        return;
    }
    if (strcmp(path, "/big") == 0) {
        send_big(connection);
        return;
    }
    if (strcmp(path, "/slow") == 0) {
        send_text(connection, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
        for (int i = 0; i < 40 && !atomic_load(&stub->stop); i++)
            (void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        return;
    }
    for (size_t i = 0; i < sizeof replies / sizeof replies[0]; i++) {
        if (strcmp(path, replies[i].path) == 0) {
            send_text(connection, replies[i].reply);
            return;
        }
    }
    send_text(connection, "HTTP/1.1 404 Nothing\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

static void serve(struct http_stub *stub, int connection)
{
    char request[4096];
    size_t size = 0;
    while (size + 1 < sizeof request) {
        ssize_t n = recv(connection, request + size, sizeof request - 1 - size, 0);
        if (n <= 0)
            return;
        size += (size_t)n;
        request[size] = '\0';
        if (strstr(request, "\r\n\r\n") != NULL)
            break;
    }
    request[size] = '\0';
    if (strncmp(request, "GET ", 4) != 0)
        return;
    char *path = request + 4;
    path[strcspn(path, " \r\n")] = '\0';
    atomic_fetch_add(&stub->n_requests, 1);
    answer(stub, connection, path);
}

static void *run(void *context)
{
    struct http_stub *stub = context;
    while (!atomic_load(&stub->stop)) {
        int connection = accept(stub->listener, NULL, NULL);
        if (connection < 0)
            break;
        // A client that connects and says nothing, such as one that speaks TLS, must not hold us.
        struct timeval patience = {.tv_sec = 3};
        (void)setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        serve(stub, connection);
        (void)shutdown(connection, SHUT_WR);
        (void)close(connection);
    }
    return NULL;
}

struct http_stub *http_stub_new(void)
{
    return http_stub_new_answering(NULL, NULL);
}

struct http_stub *http_stub_new_answering(char *(*own)(void *context, const char *path),
                                          void *context)
{
    struct http_stub *stub = calloc(1, sizeof *stub);
    assert(stub != NULL);
    stub->answer = own;
    stub->context = context;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    stub->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert(stub->listener >= 0);
    int bound = bind(stub->listener, (struct sockaddr *)&address, sizeof address);
    assert(bound == 0);
    int listening = listen(stub->listener, 8);
    assert(listening == 0);
    int named = getsockname(stub->listener, (struct sockaddr *)&address, &size);
    assert(named == 0);
    stub->port = ntohs(address.sin_port);
    int started = pthread_create(&stub->thread, NULL, run, stub);
    assert(started == 0);
    return stub;
}

void http_stub_free(struct http_stub *stub)
{
    if (stub == NULL)
        return;
    atomic_store(&stub->stop, true);
    (void)shutdown(stub->listener, SHUT_RDWR);
    (void)pthread_join(stub->thread, NULL);
    (void)close(stub->listener);
    free(stub);
}

int http_stub_port(const struct http_stub *stub)
{
    return stub->port;
}

int http_stub_n_requests(struct http_stub *stub)
{
    return atomic_load(&stub->n_requests);
}
