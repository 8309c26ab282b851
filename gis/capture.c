#include "gis/capture_internal.h"

#include <cpl_error.h>
#include <gdal.h>

#include "core/text.h"

static void CPL_STDCALL message_keep(CPLErr kind, CPLErrorNum number, const char *message)
{
    struct th_capture *capture = CPLGetErrorHandlerUserData();
    capture->no_memory = capture->no_memory || number == CPLE_OutOfMemory;
    if (capture->failed) {
        return;
    }
    if (kind == CE_Failure || kind == CE_Fatal) {
        capture->failed = true;
        th_text_copy(capture->message, sizeof(capture->message), message);
    } else if (kind == CE_Warning) {
        th_text_copy(capture->message, sizeof(capture->message), message);
    }
}

void th_capture_begin(struct th_capture *capture)
{
    capture->failed = false;
    capture->no_memory = false;
    capture->message[0] = '\0';
    CPLPushErrorHandlerEx(message_keep, capture);
    CPLErrorReset();
}

void th_capture_end(void)
{
    CPLPopErrorHandler();
}

void th_capture_drivers(void)
{
    // GDAL guards the registration itself; asking first saves the walk through all drivers.
    if (GDALGetDriverCount() == 0) {
        GDALAllRegister();
    }
}
