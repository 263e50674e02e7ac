// The figures of the page: unpacked once, read by column, region and choice.

async function unpack(text) {
  const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(plain).text());
}

class Figures {
  constructor(payload) {
    Object.assign(this, payload); // regions, columns, layers, specialties, scenarios, states, drawing, words
    this.count = this.regions.id.length;
    this.position = new Map(this.regions.id.map((id, place) => [id, place]));
    this.layer = new Map(this.layers.map((layer) => [layer.key, layer]));
  }

  // Name of the series a column or layer shows for a choice: '' for the region itself.
  series(column, choice) {
    if (column.by === "region") return "";
    return column.by === "specialty" ? choice.specialty : `${choice.specialty}/${choice.scenario}`;
  }

  // Value of a column in a region: a number, a word of the table, or null where it is missing.
  value(key, place, choice) {
    const column = this.columns[key];
    const raw = column.data[this.series(column, choice)]?.[place] ?? null;
    if (raw === null) return null;
    return column.words ? column.words[raw] : raw / 10 ** column.decimals;
  }

  // Sum of a column over some regions, weighted by another; regions without value count as nothing.
  sum(key, places, choice, weight) {
    let total = 0;
    for (const place of places) {
      const factor = weight ? this.value(weight, place, choice) ?? 0 : 1;
      total += (this.value(key, place, choice) ?? 0) * factor;
    }
    return total;
  }

  // Mean over the people of all regions where the value is known.
  mean(key, choice) {
    let total = 0;
    let people = 0;
    for (let place = 0; place < this.count; place++) {
      const value = this.value(key, place, choice);
      if (value === null) continue;
      const here = this.value("population", place, choice);
      total += value * here;
      people += here;
    }
    return people ? total / people : null;
  }

  // Class of a region on a layer: its position, or -1 where the value is missing.
  classOf(layer, place, choice) {
    const value = this.value(layer.key, place, choice);
    if (value === null) return -1;
    if (layer.kind === "class") return Object.keys(layer.swatches).indexOf(value);
    const breaks = layer.breaks[this.series(this.columns[layer.key], choice)];
    let found = 0;
    while (found < breaks.length && value > breaks[found]) found++;
    return found;
  }

  // All classes of a layer for a choice, in order, each with its swatch and words.
  classes(layer, choice, say) {
    if (layer.kind === "class") {
      const words = this.words.classes[layer.key];
      return Object.entries(layer.swatches).map(([key, swatch]) => ({ ...swatch, label: words[key] }));
    }
    const breaks = layer.breaks[this.series(this.columns[layer.key], choice)];
    const ramp = layer.ramps[breaks.length + 1];
    const shown = breaks.map((value) => say.number(layer.key, value));
    return ramp.map((colour, number) => ({ colour, pattern: "", label: say.range(breaks, shown, number) }));
  }

  // Places of the regions of a state, or of all.
  within(state) {
    const places = [...Array(this.count).keys()];
    return state ? places.filter((place) => this.regions.state[place] === state) : places;
  }

  nameOf(place) {
    const name = this.regions.name[place];
    return this.states.length > 1 ? `${name}, ${this.regions.state[place]}` : name;
  }
}
