"""Every voice comes out equally loud (ITU-R BS.1770)."""
