# The virtual board is the unix port as it comes: only the package could be frozen into it.
package("noctule", base_path="../../firmware")  # noqa: F821
