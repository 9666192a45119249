#!/bin/sh
# Builds a copy of the site with dated files and looks at what is built again.
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cp -R Makefile header.html footer.html pages "$work" && cd "$work" || exit 1
unset MAKEFLAGS MAKELEVEL
failed=0

expect() { # NAME WANTED GOT
    if [ "$2" != "$3" ]; then
        echo "FAIL $1: wanted '$2', got '$3'"
        failed=1
    fi
}
settle() { # every input old, every page newer
    touch -t 202601010000 header.html footer.html pages/*.html
    touch -t 202601020000 site/*.html
}
built() { make | grep -c '^cat'; }

expect "first build" 2 "$(built)"
expect "page" "<html><body>
<h1>Home</h1>
</body></html>" "$(cat site/index.html)"

settle
expect "nothing changed" 0 "$(built)"

settle
touch -t 202601030000 header.html
expect "header changed" 2 "$(built)"

settle
touch -t 202601030000 footer.html
expect "footer changed" 2 "$(built)"

settle
touch -t 202601030000 pages/about.html
expect "one page changed" 1 "$(built)"
expect "about" "<html><body>
<h1>About</h1>
</body></html>" "$(cat site/about.html)"
exit $failed
