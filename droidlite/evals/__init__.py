"""Judging the router on tables of real outcomes; needs the extra droidlite[eval]. A session never imports this."""
