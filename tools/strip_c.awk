# Blanks the comments of C files, and with -v strings=0 the contents of string and character
# literals too, so that a pattern looked for afterwards is code. Lines keep their numbers:
# prints "file:line:text".
BEGIN { if (strings == "") strings = 1 }
FNR == 1 { in_comment = 0 }
{
    # Lines without any of the starting characters are copied as they are, for speed.
    if (!in_comment && index($0, "/") == 0 && (strings || ($0 !~ /["']/))) {
        print FILENAME ":" FNR ":" $0
        next
    }
    out = ""
    n = length($0)
    quote = ""
    for (i = 1; i <= n; i++) {
        c = substr($0, i, 1)
        two = substr($0, i, 2)
        if (in_comment) {
            if (two == "*/") {
                in_comment = 0
                i++
            }
            continue
        }
        if (quote != "") {
            if (c == "\\") {
                if (strings)
                    out = out two
                i++
                continue
            }
            if (c == quote)
                quote = ""
            if (strings || quote == "")
                out = out c
            continue
        }
        if (two == "//")
            break
        if (two == "/*") {
            in_comment = 1
            i++
            continue
        }
        if (c == "\"" || c == "'")
            quote = c
        out = out c
    }
    print FILENAME ":" FNR ":" out
}
