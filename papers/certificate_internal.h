// The parts of a certificate.
#ifndef TH_PAPERS_CERTIFICATE_INTERNAL_H
#define TH_PAPERS_CERTIFICATE_INTERNAL_H

#include "papers/certificate.h"
#include "papers/paper_internal.h"

struct th_certificate_draw {
    const struct th_certificate *certificate;
    const struct th_messages *messages;
    const char *code; // what the code to scan says
};

// certificate_front.c: the first page.
void th_certificate_front_draw(const struct th_certificate_draw *draw, struct th_paper *paper);
// certificate_frame.c: its border, rosette and emblem.
void th_certificate_frame_draw(struct th_paper *paper);
void th_certificate_emblem_draw(struct th_paper *paper, double x_mm, double y_mm, double radius_mm);

#endif
