// Compiler attributes under names of our own, so that headers read as plain C.
#ifndef TH_CORE_ATTRIBUTES_H
#define TH_CORE_ATTRIBUTES_H

#define TH_MUST_CHECK __attribute__((warn_unused_result))
#define TH_SENTINEL __attribute__((sentinel))
#define TH_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))

#endif
