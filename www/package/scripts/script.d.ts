/** A script for a thread of its own: give its address to a bundler as an entry, do not import it. */
export {};
