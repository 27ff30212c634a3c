"""The rules of a site file, by what they need: its shape, its names, one part, the whole site."""
