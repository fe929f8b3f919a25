// Compares the guides with the code: codes, keys and commands match, and all links work.

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "@playwright/test";
import { PACKAGE, REPOSITORY } from "./support/environment";

const GUIDES = join(REPOSITORY, "docs/guide");

const read = (...path: string[]) => readFileSync(join(...path), "utf8");

test("every error code has its heading, and no heading names another", () => {
  const source = read(PACKAGE, "src/shared/errors.ts");
  const tables = [...source.matchAll(/^export const [A-Z]+_CODES = \[([^\]]*)\] as const/gm)];
  const codes = tables.flatMap(([, table]) => [...table!.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code!));
  expect(codes.length, "codes in errors.ts").toBeGreaterThan(20);
  const headings = headingsOf(read(GUIDES, "errors.md")).flatMap((heading) => heading.match(/^`([^`]+)`$/)?.[1] ?? []);
  expect([...headings].sort()).toEqual([...codes].sort());
});

test("every key of a model file is in the table, and optional keys are marked", () => {
  const [required, optional] = read(REPOSITORY, "src/metadata/write.rs").split("fn optional_props");
  // Skips match arms, which look alike but contain values.
  const keysIn = (source: string) => [...source.matchAll(/(?<!=> )\("([a-z_]+)",/g)].map(([, key]) => key!);
  expect(keysIn(required!).length, "keys in write.rs").toBeGreaterThan(20);
  const reader = read(REPOSITORY, "src/metadata/read.rs");
  for (const key of keysIn(required! + optional!)) expect(reader).toContain(`"${key}"`);

  const table = tableOfKeys(read(GUIDES, "own-model.md"));
  expect([...table.required].sort()).toEqual(keysIn(required!).sort());
  expect([...table.optional].sort()).toEqual(keysIn(optional!).sort());
});

test("the example has exactly the required keys", () => {
  const guide = read(GUIDES, "own-model.md");
  const example = guide.match(/^keys = \{\n([^}]*)\n\}/m)?.[1] ?? "";
  const given = [...example.matchAll(/^ {4}"([a-z_]+)":/gm)].map(([, key]) => key!);
  expect(given).toEqual(tableOfKeys(guide).required);
});

test("the command for esbuild is the one that the example runs", () => {
  const { scripts } = JSON.parse(read(REPOSITORY, "examples/esbuild/package.json")) as { scripts: { build: string } };
  for (const text of [read(PACKAGE, "README.md"), read(GUIDES, "hosting.md")]) {
    const [, command] = /^### esbuild\n[^]*?^```sh\n([^`]*)\n```/m.exec(text)!;
    expect(command!.replaceAll(/\s*\\\n\s*/g, " ")).toBe(scripts.build);
  }
});

test("the files that Angular is to copy are all that a bundle does not contain", () => {
  const [, glob] = /"glob": "([^"]+)"/.exec(read(GUIDES, "hosting.md"))!;
  const { exports } = JSON.parse(read(PACKAGE, "package.json")) as { exports: Record<string, string | { types: string; default: string }> };
  const placed = Object.values(exports).flatMap((file) => (typeof file === "object" && /(asset|script)\.d\.ts$/.test(file.types) ? [file.default] : []));
  const models = readdirSync(join(PACKAGE, "dist/models")).filter((name) => /\.(onnx|json)$/.test(name));
  const files = [...placed.map((file) => file.replace("./dist/", "")), ...models.map((name) => `models/${name}`)];
  expect(files.length, "files next to a bundle").toBeGreaterThan(8);
  const signs: Record<string, string> = { "{": "(?:", ",": "|", "}": ")", "*": "[^/]*", ".": "\\." };
  const pattern = new RegExp(`^${glob!.replaceAll(/[{},*.]/g, (sign) => signs[sign]!)}$`);
  expect(files.filter((file) => !pattern.test(file))).toEqual([]);
});

test("every relative link works", () => {
  const pages = [
    join(REPOSITORY, "README.md"),
    join(REPOSITORY, "SECURITY.md"),
    join(PACKAGE, "README.md"),
    ...["docs", "models"].flatMap((folder) => markdownIn(join(REPOSITORY, folder))),
  ];
  const links = pages.flatMap((page) => linksOf(readFileSync(page, "utf8")).map((link) => ({ page, link })));
  expect(links.length, "relative links").toBeGreaterThan(50);
  const broken = links.filter(({ page, link }) => !leadsSomewhere(page, link));
  expect(broken.map(({ page, link }) => `${relative(REPOSITORY, page)}: ${link}`)).toEqual([]);
});

function tableOfKeys(guide: string): { required: string[]; optional: string[] } {
  const section = guide.split(/^## /m).find((part) => part.startsWith("The keys")) ?? "";
  const rows = [...section.matchAll(/^\| `([a-z_]+)`( \*\(optional\)\*)? \|/gm)];
  const marked = (optional: boolean) => rows.filter(([, , mark]) => (mark !== undefined) === optional).map(([, key]) => key!);
  return { required: marked(false), optional: marked(true) };
}

function markdownIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".md")).map((name) => join(folder, name));
}

/** Code blocks are not Markdown. */
function withoutCode(text: string): string {
  return text.replace(/^```[^\n]*\n[\s\S]*?^```$/gm, "");
}

function linksOf(text: string): string[] {
  const prose = withoutCode(text).replace(/`[^`\n]*`/g, "");
  const links = [...prose.matchAll(/\]\(([^()\s]+)\)/g), ...prose.matchAll(/ (?:href|src)="([^"]+)"/g)];
  return links.map(([, link]) => link!).filter((link) => !/^[a-z]+:/i.test(link));
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : resolve(dirname(page), decodeURIComponent(path));
  if (!existsSync(target)) return false;
  if (anchor === undefined || !target.endsWith(".md") || !statSync(target).isFile()) return true;
  return headingsOf(readFileSync(target, "utf8")).map(anchorOf).includes(anchor);
}

function headingsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => heading!.trim());
}

/** The anchor that GitHub generates. */
function anchorOf(heading: string): string {
  const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
  return words.replace(/[^\p{L}\p{N}_\- ]/gu, "").replaceAll(" ", "-");
}
