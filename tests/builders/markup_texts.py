"""Texts of a county that would become markup in a page that does not escape them."""

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'/><svg onload=alert(1)>",
    "{{ 7 * 7 }}{% raw %}",
    '=HYPERLINK("http://example.com","x")',
    "</style><style>@import url(http://example.com)",
    "javascript:alert(1)",
    "&lt;b&gt;\u202e",
)
