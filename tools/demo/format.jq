# How the demonstration writes numbers; every figure itself comes from the program's answers.

# Digits of a whole number in groups of three.
def grouped:
    tostring
    | if startswith("-") then "-" + (.[1:] | grouped)
      elif length > 3 then (.[:-3] | grouped) + "," + .[-3:]
      else . end;

# 0.01 of something: 10899096 -> 108,990.96
def hundredths:
    if . < 0 then "-" + (-. | hundredths)
    else (. / 100 | floor | grouped) + "." + ((. % 100) + 100 | tostring | .[1:]) end;

# A number that has two decimals already.
def two: . * 100 | round | hundredths;

# Right and left in a column of n cells; only for ASCII.
def right(n): tostring | (n - length) as $gap | if $gap > 0 then " " * $gap + . else . end;
def left(n): tostring | (n - length) as $gap | if $gap > 0 then . + " " * $gap else . end;
