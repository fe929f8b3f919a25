import type { NextConfig } from "next";

// The app under a path of its server, when BASE_PATH names one.
const config: NextConfig = { basePath: process.env["BASE_PATH"] ?? "" };

export default config;
