#!/bin/sh
# Writes the manual page from the program's own help, so that the two cannot differ.
# usage: make_man.sh PROGRAM VERSION >tanhui.1
set -eu
program=$1
version=$2

# Text as it stands: no line may look like a request, and hyphens stay hyphens.
verbatim() {
    printf '.nf\n'
    sed -e 's/\\/\\\\/g' -e 's/-/\\-/g' -e "s/^\([.']\)/\\\\\&\1/"
    printf '.fi\n'
}

printf '.TH TANHUI 1 "" "tanhui %s" "User Commands"\n' "$version"
printf '.SH NAME\ntanhui \\- registry for forestry and wetland carbon sinks\n'
printf '.SH SYNOPSIS\n.B tanhui\n.I noun verb\n.RI [ options ]\n'
printf '.SH DESCRIPTION\n'
TANHUI_LANG=en "$program" --lang en --help | verbatim
printf '.SH EXIT STATUS\n'
verbatim <<'END'
  0  done
  1  data problems were found
  2  wrong use
  3  not found
  4  not permitted
  5  conflict, or stale
  6  input unreadable
 70  internal error
130  interrupted
END
printf '.SH ENVIRONMENT\n.TP\n.B TANHUI_REGISTRY\nthe registry file, as by \\-\\-registry\n'
printf '.TP\n.B TANHUI_USER\nthe login, as by \\-\\-as\n'
printf '.TP\n.B NO_COLOR\nno colour and no progress bar\n'
printf '.SH FILES\n.TP\n.I /usr/share/tanhui\nmethodology documents and sample data\n'
