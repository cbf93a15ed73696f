// Builds what the browser gets from what people edit. The same input gives the same bytes:
// nothing here depends on the machine, the time or the order of a directory listing.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile } from "sass";
import { countyMap } from "./county_map.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const uswds = join(here, "node_modules/@uswds/uswds");
const templates = join(here, "../templates");
const out = join(here, "../portal/static/portal");

const listed = (folder) => readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));

function filesBelow(folder) {
  return listed(folder).flatMap((entry) =>
    entry.isDirectory() ? filesBelow(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

function buildStylesheet() {
  const { css } = compile(join(here, "styles/portal.scss"), {
    charset: false,
    loadPaths: [join(uswds, "packages")],
    quietDeps: true,
    sourceMap: false,
    style: "compressed",
  });
  writeFileSync(join(out, "portal.css"), `${css}\n`);
  return css;
}

// A picture is taken from our own folder if it is there, else from the design system.
function copyReferenced(css, folder, sources) {
  const names = new Set([...css.matchAll(new RegExp(`url\\("?${folder}/([^")]+)"?\\)`, "g"))].map((match) => match[1]));
  for (const name of [...names].sort()) {
    const target = join(out, folder, name);
    mkdirSync(dirname(target), { recursive: true });
    copyFirst(sources.map((source) => join(source, name)), target);
  }
  return names.size;
}

function copyFirst(candidates, target) {
  for (const candidate of candidates) {
    try {
      copyFileSync(candidate, target);
      return;
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
  }
  throw new Error(`The stylesheet names ${basename(target)}, which is nowhere to be found.`);
}

// Only the icons that a template names: `icon.html" with name="lock"` or `icon="lock"`.
function buildSprite() {
  const used = new Set(["menu"]);
  for (const file of filesBelow(templates).filter((name) => name.endsWith(".html"))) {
    for (const match of readFileSync(file, "utf8").matchAll(/icon(?:\.html" with name)?="([a-z_]+)"/g)) used.add(match[1]);
  }
  const symbols = [...used].sort().map(symbolOf);
  writeFileSync(join(out, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`);
  return used.size;
}

function symbolOf(name) {
  const svg = readFileSync(join(uswds, `dist/img/usa-icons/${name}.svg`), "utf8");
  const inner = svg.match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].trim();
  const box = svg.match(/viewBox="([^"]+)"/)[1];
  return `<symbol id="${name}" viewBox="${box}">${inner}</symbol>`;
}

async function buildScript() {
  await build({
    absWorkingDir: here,
    bundle: true,
    entryPoints: ["scripts/portal.js", "scripts/admin-audience.js"],
    format: "iife",
    legalComments: "none",
    minify: true,
    outdir: out,
    target: "es2020",
  });
}

rmSync(out, { force: true, recursive: true });
mkdirSync(out, { recursive: true });
const css = buildStylesheet();
const pictures = copyReferenced(css, "img", [join(here, "images"), join(uswds, "dist/img")]);
const fonts = copyReferenced(css, "fonts", [join(uswds, "dist/fonts/public-sans")]);
copyFileSync(join(here, "images/favicon.svg"), join(out, "favicon.svg"));
writeFileSync(join(out, "county-map.svg"), countyMap());
const icons = buildSprite();
await buildScript();
console.log(`portal.css ${css.length} characters, ${pictures} pictures, ${fonts} fonts, ${icons} icons, portal.js`);
