"""What a county sends and gets back: recorded files, its own cover as its report, and the points of returns."""
