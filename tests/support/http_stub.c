#include "tests/support/http_stub.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

struct http_stub {
    int listener;
    int port;
    pthread_t thread;
    atomic_bool stop;
    atomic_int n_requests;
    char *(*answer)(void *context, const char *path);
    void *context;
    SSL_CTX *tls; // NULL: plain
};

// Who is being answered.
struct peer {
    int connection;
    SSL *tls;  // NULL: plain
    bool torn; // no farewell
};

static ssize_t receive(const struct peer *peer, char *data, size_t size)
{
    return peer->tls != NULL ? SSL_read(peer->tls, data, (int)size)
                             : recv(peer->connection, data, size, 0);
}

// false when the other side hung up.
static bool send_some(const struct peer *peer, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t n = peer->tls != NULL ? SSL_write(peer->tls, data, (int)size)
                                      : send(peer->connection, data, size, MSG_NOSIGNAL);
        if (n <= 0) {
            return false;
        }
        data += n;
        size -= (size_t)n;
    }
    return true;
}

static void send_all(const struct peer *peer, const char *data, size_t size)
{
    (void)send_some(peer, data, size);
}

static void send_text(const struct peer *peer, const char *text)
{
    send_all(peer, text, strlen(text));
}

static void send_big(const struct peer *peer)
{
    char block[1000];
    memset(block, 'x', sizeof(block));
    send_text(peer, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < 100; i++) {
        send_all(peer, block, sizeof(block));
    }
}

// Until the other side has enough.
static void send_for_ever(struct http_stub *stub, const struct peer *peer, const char *head,
                          const char *again, long pause_ns)
{
    send_text(peer, head);
    while (!atomic_load(&stub->stop) && send_some(peer, again, strlen(again))) {
        if (pause_ns > 0) {
            (void)nanosleep(&(struct timespec){.tv_nsec = pause_ns}, NULL);
        }
    }
}

static bool answer_for_ever(struct http_stub *stub, const struct peer *peer, const char *path)
{
    static const char HEAD[] = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";
    if (strcmp(path, "/endless") == 0) {
        send_for_ever(stub, peer, HEAD, "0123456789abcdef0123456789abcdef", 0);
    } else if (strcmp(path, "/drip") == 0) {
        send_for_ever(stub, peer, HEAD, "x", 100000000);
    } else if (strcmp(path, "/heads") == 0) {
        send_for_ever(stub, peer, "HTTP/1.1 200 OK\r\n", "X-Again: 0123456789abcdef\r\n", 0);
    } else {
        return false;
    }
    return true;
}

static void answer(struct http_stub *stub, const struct peer *peer, const char *path)
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
        {"/longer", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\n"
                    "hello\nand more"},
        {"/chunks", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                    "2\r\nhe\r\n4\r\nllo\n\r\n0\r\n\r\n"},
        {"/less", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
                  "2\r\nhe\r\n"},
        {"/torn", "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello\n"},
        {"/zipped", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n"
                    "Connection: close\r\n\r\n"
                    "hello\n"},
        {"/accepted", "HTTP/1.1 202 Accepted\r\nConnection: close\r\n\r\nhello\n"},
        {"/part", "HTTP/1.1 206 Partial Content\r\nConnection: close\r\n\r\nhello\n"},
        {"/empty", "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"},
        {"/nowhere", "HTTP/1.1 302 Found\r\nConnection: close\r\n\r\nhello\n"},
        {"/unsafe", "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/hello\r\n"
                    "Content-Length: 0\r\nConnection: close\r\n\r\n"},
        {"/ftp", "HTTP/1.1 302 Found\r\nLocation: ftp://127.0.0.1/hello\r\n"
                 "Content-Length: 0\r\nConnection: close\r\n\r\n"},
    };
    char *own = stub->answer == NULL ? NULL : stub->answer(stub->context, path);
    if (own != NULL) {
        send_text(peer, own);
        free(own);
        return;
    }
    if (answer_for_ever(stub, peer, path)) {
        return;
    }
    if (strcmp(path, "/big") == 0) {
        send_big(peer);
        return;
    }
    if (strcmp(path, "/slow") == 0) {
        send_text(peer, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n");
        for (int i = 0; i < 40 && !atomic_load(&stub->stop); i++) {
            (void)nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
        }
        return;
    }
    for (size_t i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
        if (strcmp(path, replies[i].path) == 0) {
            send_text(peer, replies[i].reply);
            return;
        }
    }
    send_text(peer, "HTTP/1.1 404 Nothing\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

static void serve(struct http_stub *stub, struct peer *peer)
{
    char request[4096];
    size_t size = 0;
    while (size + 1 < sizeof(request)) {
        ssize_t n = receive(peer, request + size, sizeof(request) - 1 - size);
        if (n <= 0) {
            return;
        }
        size += (size_t)n;
        request[size] = '\0';
        if (strstr(request, "\r\n\r\n") != NULL) {
            break;
        }
    }
    request[size] = '\0';
    if (strncmp(request, "GET ", 4) != 0) {
        return;
    }
    char *path = request + 4;
    path[strcspn(path, " \r\n")] = '\0';
    atomic_fetch_add(&stub->n_requests, 1);
    peer->torn = strcmp(path, "/torn") == 0;
    answer(stub, peer, path);
}

// false where the other side will have none of it, such as one that does not trust us.
static bool greet(SSL_CTX *tls, struct peer *peer)
{
    peer->tls = SSL_new(tls);
    assert(peer->tls != NULL);
    return SSL_set_fd(peer->tls, peer->connection) == 1 && SSL_accept(peer->tls) == 1;
}

static void *run(void *context)
{
    struct http_stub *stub = context;
    while (!atomic_load(&stub->stop)) {
        int connection = accept(stub->listener, NULL, NULL);
        if (connection < 0) {
            break;
        }
        // A client that connects and says nothing, such as one that speaks TLS, must not hold us.
        struct timeval patience = {.tv_sec = 3};
        (void)setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
        struct peer peer = {.connection = connection};
        if (stub->tls == NULL || greet(stub->tls, &peer)) {
            serve(stub, &peer);
        }
        if (peer.tls != NULL && !peer.torn) {
            (void)SSL_shutdown(peer.tls);
        }
        SSL_free(peer.tls);
        (void)shutdown(connection, SHUT_WR);
        (void)close(connection);
    }
    return NULL;
}

static struct http_stub *begin(char *(*own)(void *context, const char *path), void *context,
                               SSL_CTX *tls)
{
    struct http_stub *stub = calloc(1, sizeof(*stub));
    assert(stub != NULL);
    stub->answer = own;
    stub->context = context;
    stub->tls = tls;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    stub->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert(stub->listener >= 0);
    int bound = bind(stub->listener, (struct sockaddr *)&address, sizeof(address));
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

struct http_stub *http_stub_new(void)
{
    return begin(NULL, NULL, NULL);
}

struct http_stub *http_stub_new_answering(char *(*own)(void *context, const char *path),
                                          void *context)
{
    return begin(own, context, NULL);
}

// A key and a certificate for 127.0.0.1 that is its own root.
static SSL_CTX *identity_make(const char *certificate_path)
{
    SSL_CTX *tls = SSL_CTX_new(TLS_server_method());
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    X509_EXTENSION *host = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
    FILE *file = fopen(certificate_path, "w");
    assert(tls != NULL && key != NULL && certificate != NULL && host != NULL && file != NULL);
    X509_NAME *name = X509_get_subject_name(certificate);
    bool made =
        X509_set_version(certificate, 2) == 1 &&
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(certificate), -3600) != NULL &&
        X509_gmtime_adj(X509_getm_notAfter(certificate), 86400) != NULL &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"tests", -1, -1,
                                   0) == 1 &&
        X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
        X509_add_ext(certificate, host, -1) == 1 && X509_sign(certificate, key, EVP_sha256()) > 0 &&
        SSL_CTX_use_certificate(tls, certificate) == 1 && SSL_CTX_use_PrivateKey(tls, key) == 1 &&
        PEM_write_X509(file, certificate) == 1;
    made = fclose(file) == 0 && made;
    assert(made);
    X509_EXTENSION_free(host);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return tls;
}

struct http_stub *http_stub_new_secure(char *(*own)(void *context, const char *path), void *context,
                                       const char *certificate_path)
{
    // Whoever hangs up while TLS is spoken with him must not end the test.
    (void)signal(SIGPIPE, SIG_IGN);
    return begin(own, context, identity_make(certificate_path));
}

void http_stub_free(struct http_stub *stub)
{
    if (stub == NULL) {
        return;
    }
    atomic_store(&stub->stop, true);
    (void)shutdown(stub->listener, SHUT_RDWR);
    (void)pthread_join(stub->thread, NULL);
    (void)close(stub->listener);
    SSL_CTX_free(stub->tls);
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

char *http_stub_reply(const char *type, const char *body)
{
    size_t size = strlen(type) + strlen(body) + 200;
    char *text = malloc(size);
    assert(text != NULL);
    (void)snprintf(text, size,
                   "HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
                   "Connection: close\r\n\r\n%s",
                   type, strlen(body), body);
    return text;
}

void http_place_make(struct http_place *place, const char *name)
{
    // A proxy that is set for the session must not see the tests.
    (void)setenv("no_proxy", "*", 1);
    th_test_folder_make(place->folder);
    (void)th_test_path(place->path, place->folder, name);
}

void http_place_remove(struct http_place *place)
{
    http_stub_free(place->stub);
    place->stub = NULL;
    th_test_folder_remove(place->folder);
}

const char *http_place_url(struct http_place *place, const char *name)
{
    (void)snprintf(place->url, sizeof(place->url), "%s://127.0.0.1:%d/%s",
                   place->stub->tls != NULL ? "https" : "http", place->stub->port, name);
    return place->url;
}
