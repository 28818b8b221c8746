/** Debian's Python, which has its torch; the first one on the path may be another that has not. */
export const PYTHON = '/usr/bin/python3'
