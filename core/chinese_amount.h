// Amounts of CNY in capital Chinese (大写金额), as cheques, contracts and payment lists need them:
// 1,409.50 is 壹仟肆佰零玖元伍角.
//
// Source: 中国人民银行《支付结算办法》 (银发〔1997〕393号), annex 1
// 《正确填写票据和结算凭证的基本规定》. Of the forms that it permits this one is written: 整 behind
// 元 and behind nothing else; 零 before 角 where the yuan end in 0 (壹仟陆佰捌拾元零叁角贰分); no
// 零 behind 万 or 亿 where the digit behind it is not 0 (壹拾万柒仟元); 壹 before 拾.
#ifndef TH_CORE_CHINESE_AMOUNT_H
#define TH_CORE_CHINESE_AMOUNT_H

#include "core/attributes.h"
#include "core/error.h"
#include "core/quantity.h"

// 17 digits before 元 and 2 behind it, each with its unit.
enum { TH_CHINESE_AMOUNT_SIZE = 160 };

// Up to INT64_MAX fen; beyond 10^16 yuan 亿 stands twice, the last one counting all before it.
// "零元整" for nothing. The word 人民币 belongs before the text, without a gap; it is not part of
// it. TH_INVALID ("amount_negative") below 0.
enum th_status th_chinese_amount(struct th_money amount, char ret_text[TH_CHINESE_AMOUNT_SIZE],
                                 struct th_error *err) TH_MUST_CHECK;

#endif
