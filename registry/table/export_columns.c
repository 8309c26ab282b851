// English names where names may be long, the pinyin of the forest inventory where they must be
// short.
#include "registry/table/export_columns.h"

#include <stddef.h>

const struct th_export_column_spec th_export_columns[TH_EXPORT_COLUMNS] = {
    [TH_EXPORT_LABEL] = {"Name", TH_EXPORT_TEXT, NULL, 0, NULL},
    [TH_EXPORT_DESCRIPTION] = {"description", TH_EXPORT_TEXT, NULL, 0, NULL},
    [TH_EXPORT_PARCEL_ID] = {"parcel_id", TH_EXPORT_INT, "DK_ID", 12, NULL},
    [TH_EXPORT_VERSION] = {"version", TH_EXPORT_INT, "BAN_BEN", 6, NULL},
    [TH_EXPORT_COMPARTMENT] = {"compartment", TH_EXPORT_TEXT, "LIN_BAN", 63, NULL},
    [TH_EXPORT_SUB_COMPARTMENT] = {"sub_compartment", TH_EXPORT_TEXT, "XIAO_BAN", 63, NULL},
    [TH_EXPORT_NUMBER] = {"number", TH_EXPORT_TEXT, NULL, 0, NULL},
    [TH_EXPORT_KIND] = {"kind", TH_EXPORT_TEXT, "LEI_XING", 16, NULL},
    [TH_EXPORT_COUNTY] = {"county", TH_EXPORT_TEXT, "XIAN", 6, NULL},
    [TH_EXPORT_TOWNSHIP] = {"township", TH_EXPORT_TEXT, "XIANG", 120, NULL},
    [TH_EXPORT_VILLAGE] = {"village", TH_EXPORT_TEXT, "CUN_DM", 12, NULL},
    [TH_EXPORT_VILLAGE_NAME] = {"village_name", TH_EXPORT_TEXT, "CUN", 120, NULL},
    [TH_EXPORT_LAND_CLASS] = {"land_class", TH_EXPORT_TEXT, "DI_LEI", 16, NULL},
    [TH_EXPORT_AREA_MU] = {"area_mu", TH_EXPORT_CENT, "MIAN_JI", 16, "mu"},
    [TH_EXPORT_AREA_M2] = {"area_m2", TH_EXPORT_CENT, "MIAN_JI_M2", 18, "m2"},
    [TH_EXPORT_COUNTED_MU] = {"counted_mu", TH_EXPORT_CENT, "JING_MJ", 16, "mu"},
    [TH_EXPORT_COUNTED_M2] = {"counted_m2", TH_EXPORT_CENT, "JING_M2", 18, "m2"},
    [TH_EXPORT_DECLARED_MU] = {"declared_mu", TH_EXPORT_CENT, "HT_MIAN_JI", 16, "mu"},
    [TH_EXPORT_SLIVER_M2] = {"sliver_m2", TH_EXPORT_CENT, "KOU_CHU_M2", 18, "m2"},
    [TH_EXPORT_PERIMETER_M] = {"perimeter_m", TH_EXPORT_CENT, "ZHOU_CHANG", 18, "m"},
    [TH_EXPORT_STATE] = {"state", TH_EXPORT_TEXT, "ZHUANG_TAI", 16, NULL},
    [TH_EXPORT_SOURCE] = {"source", TH_EXPORT_TEXT, "LAI_YUAN", 254, NULL},
    [TH_EXPORT_SOURCE_LAYER] = {"source_layer", TH_EXPORT_TEXT, "LY_TU_CENG", 254, NULL},
    [TH_EXPORT_SOURCE_ROW] = {"source_row", TH_EXPORT_INT, "LY_HANG", 12, NULL},
    [TH_EXPORT_SOURCE_IMPORT] = {"source_import", TH_EXPORT_INT, "LY_DAO_RU", 12, NULL},
    [TH_EXPORT_SOURCE_OFFSET] = {"source_offset", TH_EXPORT_TEXT, "PIAN_YI", 8, NULL},
    [TH_EXPORT_CONTENT_SOURCE] = {"attributes_source", TH_EXPORT_TEXT, "SX_LAI_Y", 254, NULL},
    [TH_EXPORT_CONTENT_ROW] = {"attributes_row", TH_EXPORT_INT, "SX_HANG", 12, NULL},
    [TH_EXPORT_CONTENT_IMPORT] = {"attributes_import", TH_EXPORT_INT, "SX_DAO_RU", 12, NULL},
    [TH_EXPORT_CRS] = {"crs", TH_EXPORT_TEXT, NULL, 0, NULL},
    [TH_EXPORT_COLLECTION] = {"collection", TH_EXPORT_TEXT, NULL, 0, NULL},
    [TH_EXPORT_METHOD] = {"determination:method", TH_EXPORT_TEXT, NULL, 0, NULL},
    [TH_EXPORT_DETAILS] = {"determination:details", TH_EXPORT_TEXT, NULL, 0, NULL},
};
