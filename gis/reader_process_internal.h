// The reader process as its parent sees it: started, listened to, ended. For gis/ alone.
#ifndef TH_GIS_READER_PROCESS_INTERNAL_H
#define TH_GIS_READER_PROCESS_INTERNAL_H

#include "core/attributes.h"
#include "core/error.h"
#include "gis/reader.h"
#include "gis/wire_internal.h"

struct th_reader_process; // opaque

// `path` is absolute and real. TH_INTERNAL ("reader_missing"), TH_IO.
enum th_status th_reader_process_start(const char *path, const struct th_reader_options *options,
                                       struct th_reader_process **ret_process,
                                       struct th_error *err) TH_MUST_CHECK;
// The next frame, in memory that the caller frees (never NULL); waits for at most `silence_s`. An
// error ends the process: TH_UNREADABLE ("reader_crashed", "reader_silent", "reader_limit",
// "reader_protocol").
enum th_status th_reader_process_listen(struct th_reader_process *process, unsigned silence_s,
                                        struct th_wire_header *ret_header, void **ret_payload,
                                        struct th_error *err) TH_MUST_CHECK;
// Kills it when it still runs, and reaps it. Accepts NULL.
void th_reader_process_end(struct th_reader_process *process);

#endif
