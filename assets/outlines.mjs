// Reduces the nation's counties to Missouri's, once: `npm run outlines` writes what is committed. It runs again only
// when us-atlas is updated, or another state takes the portal over.
//
// The topology is kept: a border that two counties share is one line of the file, named by both, so that no rounding
// can open a gap between neighbours. Numbers are whole steps of 0.0001 degree, some 10 metres; the source's own steps
// are some 300 metres wide.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const STATE = "29";
const STEPS_PER_DEGREE = 10_000;

// The picture: its size, and the edges of what it shows in steps. Plate carrée, true at the state's middle latitude:
// a unit is 0.0125 degrees wide and 0.00981 = 0.0125 × cos(38.3°) degrees high, some 1.09 kilometres either way.
const FRAME = { width: 560, height: 500, west: -959_400, east: -889_400, north: 407_600, south: 358_550 };

// What helps to find one's way on a map without roads. On a small picture only the first four stand.
const CITIES = [
  { name: "Kansas City", latitude: 39.0997, longitude: -94.5786, side: "right" },
  { name: "St. Louis", latitude: 38.627, longitude: -90.1994, side: "left" },
  { name: "Springfield", latitude: 37.209, longitude: -93.2923, side: "right" },
  { name: "Columbia", latitude: 38.9517, longitude: -92.3341, side: "right" },
  { name: "Jefferson City", latitude: 38.5767, longitude: -92.1735, side: "left" },
  { name: "St. Joseph", latitude: 39.7675, longitude: -94.8467, side: "right" },
  { name: "Joplin", latitude: 37.0842, longitude: -94.5133, side: "right" },
  { name: "Cape Girardeau", latitude: 37.3059, longitude: -89.5181, side: "left" },
  { name: "Hannibal", latitude: 39.7084, longitude: -91.3585, side: "left" },
  { name: "Kirksville", latitude: 40.1948, longitude: -92.5832, side: "right" },
  { name: "Rolla", latitude: 37.9514, longitude: -91.7713, side: "right" },
  { name: "West Plains", latitude: 36.7281, longitude: -91.8524, side: "right" },
  { name: "Poplar Bluff", latitude: 36.757, longitude: -90.3929, side: "right" },
];

const atlas = JSON.parse(readFileSync(join(here, "node_modules/us-atlas/counties-10m.json"), "utf8"));
const { version } = JSON.parse(readFileSync(join(here, "node_modules/us-atlas/package.json"), "utf8"));

const inSteps = (degrees) => Math.round(degrees * STEPS_PER_DEGREE);

// A line of the source is a first point and then the way from each to the next, in units of its own.
function lineOf(index) {
  const { scale, translate } = atlas.transform;
  const at = [0, 0];
  return atlas.arcs[index].map((way) => {
    const place = way.map((part, axis) => (at[axis] += part) * scale[axis] + translate[axis]);
    return place.map(inSteps);
  });
}

// Lines are numbered anew in the order of their use. A line walked backwards is named by ~number, as in TopoJSON.
function reduced(counties) {
  const numbers = new Map();
  const numberOf = (line) => {
    if (!numbers.has(line)) numbers.set(line, numbers.size);
    return numbers.get(line);
  };
  const renamed = (line) => (line < 0 ? ~numberOf(~line) : numberOf(line));
  const rings = counties.map((county) => [county.id, ringsOf(county).map((ring) => ring.map(renamed))]);
  return { rings: Object.fromEntries(rings), lines: [...numbers.keys()].map(lineOf) };
}

// A point well inside: the middle of the widest stretch, halfway between north and south.
function middleOf(rings, lines) {
  const points = rings.map((ring) => ring.flatMap((number) => (number < 0 ? lines[~number].toReversed() : lines[number])));
  const latitudes = points.flat().map(([, y]) => y);
  const parallel = (Math.min(...latitudes) + Math.max(...latitudes)) / 2;
  const crossed = points.flatMap((ring) => crossings(ring, parallel)).sort((one, other) => one - other);
  let widest = [0, 0];
  for (let i = 0; i < crossed.length; i += 2) {
    if (crossed[i + 1] - crossed[i] > widest[1] - widest[0]) widest = [crossed[i], crossed[i + 1]];
  }
  return [Math.round((widest[0] + widest[1]) / 2), Math.round(parallel)];
}

function crossings(ring, parallel) {
  return ring.slice(1).flatMap(([x, y], index) => {
    const [x0, y0] = ring[index];
    return y0 <= parallel === y <= parallel ? [] : [x0 + ((parallel - y0) * (x - x0)) / (y - y0)];
  });
}

const ringsOf = ({ arcs, type }) => (type === "Polygon" ? arcs : arcs.flat());

const block = (entries) => `[\n${entries.map((entry) => JSON.stringify(entry)).join(",\n")}\n]`;

const counties = atlas.objects.counties.geometries
  .filter(({ id }) => id.startsWith(STATE))
  .sort((one, other) => (one.id < other.id ? -1 : 1));
const { rings, lines } = reduced(counties);
const source =
  `us-atlas ${version} (ISC licence, copyright 2013-2019 Michael Bostock), counties-10m.json, made from the ` +
  "cartographic county boundaries of the U.S. Census Bureau, 2017 edition (public domain).";

const text = `{
"source": ${JSON.stringify(source)},
"steps_per_degree": ${STEPS_PER_DEGREE},
"frame": ${JSON.stringify(FRAME)},
"cities": ${block(CITIES)},
"counties": {
${Object.entries(rings).map(([fips, of]) => `"${fips}": ${JSON.stringify({ middle: middleOf(of, lines), rings: of })}`).join(",\n")}
},
"lines": ${block(lines)}
}
`;
writeFileSync(join(here, "../portal/vocabulary/data/county_outlines.json"), text);
console.log(`${counties.length} counties, ${lines.length} lines, ${text.length} characters`);
