#!/bin/sh
# Writes the manual page of tanhui-audit from its own help, so that the two cannot differ.
# usage: make_audit_man.sh PROGRAM VERSION >tanhui-audit.1
set -eu
program=$1
version=$2

printf '.TH TANHUI-AUDIT 1 "" "tanhui %s" "User Commands"\n' "$version"
printf '.SH NAME\ntanhui-audit \\- checks a journal export without the registry\n'
printf '.SH SYNOPSIS\n.B tanhui-audit\n.I FILE.jsonl\n.RI [ options ]\n'
printf '.SH DESCRIPTION\n.nf\n'
"$program" --lang en --help | sed -e 's/\\/\\\\/g' -e 's/-/\\-/g' -e "s/^\([.']\)/\\\\\&\1/"
printf '.fi\n.SH SEE ALSO\n.BR tanhui (1)\n'
