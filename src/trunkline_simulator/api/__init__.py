"""The operations of the API, one file an area; ``router`` says which path is which."""
