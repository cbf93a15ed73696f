// A press on the county map fills in latitude, longitude and county, without sending the form. Without this script the
// picture is a button that sends the form with the place that was pressed. The device's position is asked for by a
// press on its button and at no other time, and goes nowhere but into the form.

import { readCountyMap } from "./county-map.js";

// Digits of a degree: a unit of the picture is worth three of them, a device's position four.
const PRESSED = 3;
const FROM_DEVICE = 4;
const WITH_SHIFT = 10;
const DEVICE_MAY_TAKE = 20_000;
const WAYS = { ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1] };

export function offerMapPicking() {
  for (const picker of document.querySelectorAll("[data-map-picker]")) begin(picker);
}

async function begin(picker) {
  const pictures = [...picker.querySelectorAll("input[type=image]")];
  try {
    new MapPicker(picker, pictures, await readCountyMap(pictures[0].src)).begin();
  } catch {
    // Without the outlines the picture stays what it is without a script: a button that sends the form.
  }
}

class MapPicker {
  constructor(picker, pictures, map) {
    Object.assign(this, { map, picker, pictures });
    this.words = picker.dataset;
    this.latitude = document.getElementById(this.words.mapLatitude);
    this.longitude = document.getElementById(this.words.mapLongitude);
    this.county = document.getElementById(this.words.mapCounty);
    for (const part of ["clear", "here", "marker", "status", "under"]) this[part] = picker.querySelector(`[data-map-${part}]`);
  }

  begin() {
    this.picker.querySelector("[data-map-with-script]").hidden = false;
    for (const picture of this.pictures) this.follow(picture);
    for (const field of [this.latitude, this.longitude]) field.addEventListener("input", (event) => this.followTyping(event));
    this.county.addEventListener("change", () => this.compare());
    this.clear.addEventListener("click", () => this.takeAway());
    if (navigator.geolocation) {
      this.here.hidden = false;
      this.here.addEventListener("click", () => this.askDevice());
    }
    this.show();
  }

  follow(picture) {
    picture.addEventListener("click", (event) => {
      event.preventDefault();
      // Enter and the space bar press without a place.
      if (event.detail) this.put(this.unitUnder(event, picture), PRESSED);
      else if (this.place()) this.compare();
    });
    picture.addEventListener("keydown", (event) => this.move(event));
    picture.addEventListener("pointermove", (event) => this.name(this.map.countyAt(this.unitUnder(event, picture))));
    picture.addEventListener("pointerleave", () => this.name());
  }

  unitUnder({ clientX, clientY }, picture) {
    const { height, left, top, width } = picture.getBoundingClientRect();
    return [((clientX - left) / width) * this.map.width, ((clientY - top) / height) * this.map.height];
  }

  name(county) {
    this.under.hidden = !county;
    this.under.textContent = county?.name ?? "";
  }

  move(event) {
    const way = WAYS[event.key];
    if (!way || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const far = event.shiftKey ? WITH_SHIFT : 1;
    const place = this.place();
    const [x, y] = place ? this.map.unitOf(place) : this.start();
    this.put(place ? [x + way[0] * far, y + way[1] * far] : [x, y], PRESSED);
  }

  // The arrow keys begin in the county that is chosen, or in the middle of the map.
  start() {
    const chosen = this.map.counties.find((county) => this.optionOf(county)?.selected);
    return chosen ? chosen.middle : [this.map.width / 2, this.map.height / 2];
  }

  put(unit, digits) {
    const county = this.map.countyAt(unit);
    if (!county) return this.say(this.words.mapOutside);
    const place = this.map.placeOf(unit);
    write(this.latitude, place.latitude.toFixed(digits));
    write(this.longitude, place.longitude.toFixed(digits));
    this.choose(county);
    this.compare();
  }

  // The list holds counties by FIPS code, or by other values under their names.
  optionOf({ fips, name }) {
    return [...this.county.options].find(({ text, value }) => value === fips || text.trim() === name);
  }

  choose(county) {
    const option = this.optionOf(county);
    if (!option || option.selected) return;
    option.selected = true;
    tell(this.county);
  }

  place() {
    const [latitude, longitude] = [this.latitude, this.longitude].map((field) => parseFloat(field.value.replace("−", "-")));
    return Number.isFinite(latitude) && Number.isFinite(longitude) ? { latitude, longitude } : null;
  }

  // What was typed chooses the county where none is chosen, and never another than the person chose.
  followTyping({ isTrusted }) {
    const place = this.place();
    const county = place && this.map.countyAt(this.map.unitOf(place));
    if (isTrusted && county && !this.county.value) this.choose(county);
    this.show();
  }

  show() {
    const place = this.place();
    const unit = place && this.map.unitOf(place);
    const isShown = Boolean(unit) && this.map.shows(unit);
    if (isShown) this.marker.setAttribute("transform", `translate(${unit.map((part) => part.toFixed(1)).join(" ")})`);
    this.marker.setAttribute("visibility", isShown ? "visible" : "hidden");
    this.clear.hidden = !place;
    this.compare();
  }

  // Says where the point is, and whether that is the county that is chosen.
  compare() {
    const place = this.place();
    if (!place) return this.say("");
    const county = this.map.countyAt(this.map.unitOf(place));
    if (!county) return this.say(this.words.mapTypedOutside);
    const chosen = this.county.value ? this.county.selectedOptions[0].text.trim() : county.name;
    const isSame = !this.county.value || this.optionOf(county)?.selected;
    const words = isSame ? this.words.mapInside : this.words.mapDiffers;
    this.say(words.replace("{county}", county.name).replace("{chosen}", chosen));
  }

  takeAway() {
    for (const field of [this.latitude, this.longitude]) write(field, "");
    this.say(this.words.mapCleared);
    this.pictures.find((picture) => picture.offsetParent)?.focus();
  }

  askDevice() {
    this.here.disabled = true;
    this.say(this.words.mapAsking);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => this.takeFromDevice(coords),
      () => this.answered(this.words.mapRefused),
      { enableHighAccuracy: true, maximumAge: 60_000, timeout: DEVICE_MAY_TAKE },
    );
  }

  takeFromDevice(coords) {
    this.answered("");
    const unit = this.map.unitOf(coords);
    if (this.map.countyAt(unit)) this.put(unit, FROM_DEVICE);
    else this.say(this.words.mapAway);
  }

  answered(words) {
    this.here.disabled = false;
    this.say(words);
  }

  say(words) {
    this.status.textContent = words;
  }
}

function write(field, value) {
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  tell(field);
}

// What else follows the form (a kept draft, a warning before leaving) hears of it.
function tell(field) {
  field.dispatchEvent(new Event("change", { bubbles: true }));
}
