import type { NextConfig } from "next";

// Serves the app under a sub-path if BASE_PATH is set.
const config: NextConfig = { basePath: process.env["BASE_PATH"] ?? "" };

export default config;
