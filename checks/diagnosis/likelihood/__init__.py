"""How likely each of several repairs of the same size is: by the kind of error, and by what is usual in its place."""
