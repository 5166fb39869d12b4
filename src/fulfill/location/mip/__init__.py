"""The mixed-integer program: one function per numbered constraint, solved by HiGHS."""
