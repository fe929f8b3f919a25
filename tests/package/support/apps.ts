// A folder outside the repository: the examples, their tools, and the packed package.

import { execFile, type ChildProcess, spawn } from "node:child_process";
import { cpSync, existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

/** Made by `cargo xtask test --only npm`; see the tests' README.md. */
export const APPS = existing("SOURCING_SOUND_APPS");
export const TARBALL = existing("SOURCING_SOUND_TARBALL");

export const BIN = join(APPS, "node_modules", ".bin");
export const INSTALLED = join(APPS, "node_modules", "sourcing-sound");

export const exampleFolder = (name: string): string => join(APPS, "examples", name);

/** Runs a tool to its end and returns its output; if it fails, the output is in the error. */
export async function tool(name: string, args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  return program(join(BIN, name), args, cwd, env);
}

/** The same for a script and its arguments. */
export async function node(args: string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  return program(process.execPath, args, cwd, env);
}

async function program(name: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  const options = { cwd, env: { ...process.env, ...env }, maxBuffer: 64 * 1024 * 1024 };
  try {
    const { stdout, stderr } = await promisify(execFile)(name, args, options);
    return stdout + stderr;
  } catch (thrown) {
    const { stdout, stderr, message } = thrown as { stdout?: string; stderr?: string; message: string };
    throw new Error(`${name} ${args.join(" ")}: ${message}\n${stdout}\n${stderr}`);
  }
}

/** Runs one of an example's own scripts of package.json, as its README describes. */
export async function npmRun(example: string, [script, ...args]: [string, ...string[]], env: NodeJS.ProcessEnv = {}): Promise<void> {
  const cwd = exampleFolder(example);
  await promisify(execFile)("npm", ["run", script, "--", ...args], {
    cwd,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", PATH: `${BIN}:${process.env["PATH"]}`, ...env },
    maxBuffer: 64 * 1024 * 1024,
  }).catch((thrown: { stdout: string; stderr: string }) => {
    throw new Error(`npm run ${script} in ${example}\n${thrown.stdout}\n${thrown.stderr}`);
  });
}

/** A copy of an example with the package in its own `node_modules`, where npm puts it. */
export function installed(example: string, as: string): string {
  const folder = join(APPS, "examples", as);
  rmSync(folder, { recursive: true, force: true });
  cpSync(exampleFolder(example), folder, { recursive: true });
  cpSync(INSTALLED, join(folder, "node_modules", "sourcing-sound"), { recursive: true });
  return folder;
}

/** An npm workspace with a copy of an example, whose packages are in the workspace's own `node_modules`. */
export function workspaceMember(example: string, as: string): string {
  const root = join(APPS, "workspaces", as);
  rmSync(root, { recursive: true, force: true });
  cpSync(exampleFolder(example), join(root, "app"), { recursive: true });
  cpSync(INSTALLED, join(root, "node_modules", "sourcing-sound"), { recursive: true });
  writeFileSync(join(root, "package.json"), JSON.stringify({ private: true, workspaces: ["app"] }));
  return join(root, "app");
}

export interface DevServer {
  origin: string;
  stop: () => void;
}

/** Starts a server of one of the tools and waits for the address that it prints. */
export async function serveWith(
  name: string,
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<DevServer> {
  // Another version of a tool has a different name, but the same command.
  const [script] = [join(APPS, "node_modules", name, "bin", `${name.replace(/-\d+$/, "")}.js`)].filter(existsSync);
  const child = spawn(script ? process.execPath : join(BIN, name), script ? [script, ...args] : args, {
    cwd,
    detached: true,
    env: { ...process.env, NEXT_TELEMETRY_DISABLED: "1", NO_COLOR: "1", FORCE_COLOR: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const origin = await addressOf(child, `${name} ${args.join(" ")}`);
  return { origin, stop: () => process.kill(-child.pid!, "SIGTERM") };
}

function addressOf(child: ChildProcess, command: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    const look = (chunk: Buffer) => {
      printed += chunk.toString();
      const address = /http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(printed.replaceAll(/\x1b\[[0-9;]*m/g, ""));
      if (address) resolve(`http://localhost:${address[1]}`);
    };
    child.stdout!.on("data", look);
    child.stderr!.on("data", look);
    child.on("exit", (code) => reject(new Error(`${command} ended with ${code}: ${printed}`)));
  });
}

function existing(variable: string): string {
  const path = process.env[variable];
  if (!path || !existsSync(path)) throw new Error(`set ${variable}; see tests/package/README.md`);
  return path;
}
