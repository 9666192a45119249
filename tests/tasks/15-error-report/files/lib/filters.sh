# Filters for logs with lines such as "2026-03-01T10:00:00 ERROR disk full".

errors() {
    grep ' ERROR '
}

messages() {
    cut -d ' ' -f 2-
}

# "   3 disk full" becomes "3 disk full".
tidy() {
    sed 's/^ *//'
}
