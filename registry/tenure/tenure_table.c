// The table of contracts as people write it.
#include <string.h>

#include "core/buf.h"
#include "core/text.h"
#include "registry/tenure/tenure_internal.h"

const struct th_tenure_column_spec th_tenure_columns[TH_TENURE_COLUMNS] = {
    [TH_TENURE_NUMBER] =
        {"contract", "合同编号", {"合同号", "contract_number"}, true, "AJ-2021-001"},
    [TH_TENURE_HOUSEHOLD] = {"household", "农户", {"权利人", "户主", "right_holder"}, true, "张三"},
    [TH_TENURE_HOLDER] =
        {"holder", "合作社", {"受让方", "经营主体", "cooperative"}, false, "马家弄竹林合作社"},
    [TH_TENURE_VILLAGE] = {"village", "村", {"村名", "行政村"}, false, "马家弄村"},
    [TH_TENURE_PARCEL] = {"parcel", "地块号", {"地块", "小班号", "parcel_number"}, true, "12-3"},
    [TH_TENURE_CERTIFICATE] = {"certificate",
                               "证书号",
                               {"林权证号", "不动产权证号"},
                               false,
                               "浙(2019)安吉县不动产权第0001号"},
    [TH_TENURE_EXPIRES] = {"certificate_expires", "证书到期", {"证书到期日"}, false, "2049-12-31"},
    [TH_TENURE_AREA] = {"area_mu", "面积(亩)", {"面积（亩）", "面积", "合同面积"}, false, "15.96"},
    [TH_TENURE_FROM] = {"from", "起始", {"起始日期", "开始"}, true, "2021-01-01"},
    [TH_TENURE_TO] = {"to", "终止", {"终止日期", "结束"}, true, "2040-12-31"},
    [TH_TENURE_RENT] = {"rent_cny_mu_year",
                        "租金(元/亩·年)",
                        {"租金（元/亩·年）", "租金(元/亩)", "租金", "rent"},
                        false,
                        ""},
    [TH_TENURE_GUARANTEE] = {"guarantee_cny_mu_year",
                             "保底",
                             {"保底(元/亩·年)", "保底（元/亩·年）", "guarantee"},
                             false,
                             "150.00"},
    [TH_TENURE_DIVIDEND] = {"dividend", "分红比例", {"分红"}, false, "60%"},
    [TH_TENURE_CARBON] = {"carbon_right", "碳汇收益权", {"碳汇权"}, true, "是"},
    [TH_TENURE_SHARE] = {"share", "份额", {"占比"}, false, "1"},
    [TH_TENURE_DOCUMENT] = {"document", "文件", {"合同文件"}, false, ""},
};

static bool is_heading(enum th_tenure_column column, const char *heading)
{
    const struct th_tenure_column_spec *spec = &th_tenure_columns[column];
    char text[128];
    th_text_copy(text, sizeof(text), heading);
    th_text_trim(text);
    bool same = strcmp(text, spec->name) == 0 || strcmp(text, spec->title) == 0;
    for (size_t i = 0; !same && i < sizeof(spec->others) / sizeof(spec->others[0]); i++) {
        same = spec->others[i] != NULL && strcmp(text, spec->others[i]) == 0;
    }
    return same;
}

// Positions of the columns in the source; TH_INVALID when one that is needed is missing.
static enum th_status find_columns(struct th_tenure_table *table, struct th_error *err)
{
    struct th_buf missing;
    th_buf_init(&missing, 4096);
    for (int c = 0; c < TH_TENURE_COLUMNS; c++) {
        table->positions[c] = SIZE_MAX;
        for (size_t i = 0; table->positions[c] == SIZE_MAX && i < table->sheet.n_columns; i++) {
            if (is_heading((enum th_tenure_column)c, table->sheet.headings[i])) {
                table->positions[c] = i;
            }
        }
        if (table->positions[c] == SIZE_MAX && th_tenure_columns[c].needed) {
            th_buf_printf(&missing, "%s%s", missing.size > 0 ? "、" : "",
                          th_tenure_columns[c].title);
        }
    }
    enum th_status status = TH_OK;
    if (missing.size > 0) {
        status =
            th_error_set(err, TH_INVALID, "tenure_columns", "missing", th_buf_text(&missing), NULL);
    }
    th_buf_clear(&missing);
    return status;
}

enum th_status th_tenure_table_read(const char *path, struct th_tenure_table *ret_table,
                                    struct th_error *err)
{
    struct th_tenure_table table = {0};
    enum th_status status = th_sheet_read(path, &table.sheet, err);
    if (status == TH_OK) {
        status = find_columns(&table, err);
    }
    if (status != TH_OK) {
        th_sheet_clear(&table.sheet);
        return status;
    }
    *ret_table = table;
    return TH_OK;
}

void th_tenure_table_clear(struct th_tenure_table *table)
{
    th_sheet_clear(&table->sheet);
}

const char *th_tenure_cell(const struct th_tenure_table *table, size_t row,
                           enum th_tenure_column column)
{
    return th_sheet_cell(&table->sheet, row, table->positions[column]);
}
