/** A script for its own thread: give its address to a bundler as an entry, do not import it. */
export {};
