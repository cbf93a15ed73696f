// Draws the picture of the map that people press on. It stands in pages as an image, so that its looks are its own:
// attributes for the light form, and a style for dark, for more contrast and for a small picture. What a script needs
// to know (edges in degrees, codes, names, middles) is written into it.
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const vocabulary = join(dirname(fileURLToPath(import.meta.url)), "../portal/vocabulary/data");
const { cities, counties, frame, lines, steps_per_degree: steps } = JSON.parse(read("county_outlines.json"));
const names = new Map(JSON.parse(read("counties.json")).counties.map(({ fips, name }) => [fips, name]));
const ALWAYS_NAMED = 4;

const LOOKS = `
text{font:500 13px "Public Sans",system-ui,-apple-system,"Segoe UI",Arial,sans-serif;paint-order:stroke}circle{paint-order:stroke}
@media (max-width:400px){.minor{display:none}text{font-size:23px}circle{r:5px}.counties{stroke-width:1.4px}.state{stroke-width:2.8px}}
@media (prefers-color-scheme:dark){.counties{fill:#1b2737;stroke:#5f7189}.state{stroke:#aebaca}.cities{fill:#e9eef5;stroke:#1b2737}}
@media (prefers-contrast:more){.counties{fill:#fff;stroke:#4a5361}.state{stroke:#000}.cities{fill:#000;stroke:#fff}}
@media (prefers-contrast:more) and (prefers-color-scheme:dark){.counties{fill:#05090f;stroke:#93a2b5}.state{stroke:#fff}.cities{fill:#fff;stroke:#05090f}}
`;

function read(name) {
  return readFileSync(join(vocabulary, name), "utf8");
}

const unitOf = ([x, y]) => [
  ((x - frame.west) / (frame.east - frame.west)) * frame.width,
  ((frame.north - y) / (frame.north - frame.south)) * frame.height,
];

const tenth = (number) => String(Math.round(number * 10) / 10);
const pointsOf = (number) => (number < 0 ? lines[~number].toReversed() : lines[number]);
const ringOf = (numbers) => numbers.flatMap((number, index) => pointsOf(number).slice(index ? 1 : 0));

// Tenths of a unit, and from point to point only the way: rounded first, so that neighbours still meet.
function pathOf(points, { closed }) {
  const tenths = points.map((point) => unitOf(point).map((part) => Math.round(part * 10)));
  const ways = tenths.slice(1).map(([x, y], index) => [x - tenths[index][0], y - tenths[index][1]]);
  if (closed) ways.pop();
  const drawn = ways.filter(([x, y]) => x || y).map(([x, y]) => `l${x / 10} ${y / 10}`);
  return `M${tenths[0][0] / 10} ${tenths[0][1] / 10}${drawn.join("")}${closed ? "z" : ""}`;
}

function countyOf([fips, { middle, rings }]) {
  const path = rings.map((ring) => pathOf(ringOf(ring), { closed: true })).join("");
  const at = unitOf(middle).map(tenth).join(" ");
  return `<path data-fips="${fips}" data-middle="${at}" d="${path}"><title>${names.get(fips)}</title></path>`;
}

// The state's own border: the lines that only one county names.
function stateOf() {
  const uses = new Map();
  for (const number of Object.values(counties).flatMap(({ rings }) => rings.flat())) {
    const line = Math.max(number, ~number);
    uses.set(line, (uses.get(line) ?? 0) + 1);
  }
  const outer = lines.filter((_, line) => uses.get(line) === 1);
  return `<path class="state" d="${outer.map((line) => pathOf(line, { closed: false })).join("")}"/>`;
}

function cityOf({ latitude, longitude, name, side }, index) {
  const [x, y] = unitOf([longitude * steps, latitude * steps]);
  const isLeft = side === "left";
  const label = `<text x="${tenth(x + (isLeft ? -7 : 7))}" y="${tenth(y + 4.5)}"${isLeft ? ' text-anchor="end"' : ""}>${name}</text>`;
  return `<g${index < ALWAYS_NAMED ? "" : ' class="minor"'}><circle cx="${tenth(x)}" cy="${tenth(y)}" r="3"/>${label}</g>`;
}

export function countyMap() {
  const edges = ["west", "east", "north", "south"].map((edge) => `data-${edge}="${frame[edge] / steps}"`).join(" ");
  const { height, width } = frame;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" ${edges}>`,
    `<style>${LOOKS}</style>`,
    '<g class="counties" fill="#f3f6fa" stroke="#8d99a9" stroke-width="0.8" stroke-linejoin="round">',
    ...Object.entries(counties).map(countyOf),
    "</g>",
    `<g fill="none" stroke="#4a5361" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round">${stateOf()}</g>`,
    '<g class="cities" fill="#171c24" stroke="#f3f6fa" stroke-width="3" stroke-linejoin="round" font-size="13" font-family="sans-serif">',
    ...cities.map(cityOf),
    "</g>",
    "</svg>",
    "",
  ].join("\n");
}
