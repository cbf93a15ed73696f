// The picture of the county map, read as data: which county holds a place, and where a place stands. The picture is
// linear in both axes (portal/vocabulary/outlines.py does the same sum), and carries its edges, codes and names.

export async function readCountyMap(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error("The map did not come.");
  // Its style is for the picture; parsed here, the page's content security policy would report it.
  const text = (await answer.text()).replace(/<style>.*?<\/style>/s, "");
  const picture = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  return new CountyMap(picture);
}

class CountyMap {
  constructor(picture) {
    const { east, north, south, west } = picture.dataset;
    this.edges = { east: Number(east), north: Number(north), south: Number(south), west: Number(west) };
    [, , this.width, this.height] = picture.getAttribute("viewBox").split(" ").map(Number);
    this.counties = [...picture.querySelectorAll("[data-fips]")].map((path) => ({
      area: new Path2D(path.getAttribute("d")),
      fips: path.dataset.fips,
      middle: path.dataset.middle.split(" ").map(Number),
      name: path.querySelector("title").textContent,
    }));
    this.canvas = document.createElement("canvas").getContext("2d");
  }

  unitOf({ latitude, longitude }) {
    const { east, north, south, west } = this.edges;
    return [((longitude - west) / (east - west)) * this.width, ((north - latitude) / (north - south)) * this.height];
  }

  placeOf([x, y]) {
    const { east, north, south, west } = this.edges;
    return { latitude: north - (y / this.height) * (north - south), longitude: west + (x / this.width) * (east - west) };
  }

  shows([x, y]) {
    return x >= 0 && x < this.width && y >= 0 && y < this.height;
  }

  countyAt(unit) {
    return this.counties.find(({ area }) => this.canvas.isPointInPath(area, ...unit));
  }
}
