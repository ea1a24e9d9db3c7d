"""An app whose one migration alters a field of every guarded table of the kernel, as a release of ours might."""
