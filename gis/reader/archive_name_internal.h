// Names in archives as people see them. A zip says by a flag when its names are UTF-8; without it
// they are CP437 by the standard and GBK in practice, where Chinese Windows packed them (some
// packers write UTF-8 and forget the flag). GDAL 3.6 reads them as CP437, and finds entries under
// those names only. For gis/reader/ alone.
#ifndef TH_GIS_ARCHIVE_NAME_INTERNAL_H
#define TH_GIS_ARCHIVE_NAME_INTERNAL_H

#include "core/buf.h"

// Appends what GDAL's name (UTF-8) of an undeclared entry really is: its bytes as UTF-8 or strict
// GB18030, else the name as it stands.
void th_archive_name_decode(const char *name, struct th_buf *out);

#endif
