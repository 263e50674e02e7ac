// The map: one topology on a canvas, restyled for every choice.

const BORDER_COLOUR = "#6b6b6b";
const SMALL_MAP_PIXELS = 500; // on which lines are thinner, or they would cover the colours
// Names of states beyond this number would cover the map of a phone.
const CROWD = 12;

const CHOSEN = { color: "#000", weight: 3 };

// The same patterns on the canvas and, as an image, in the legend.
function pattern(swatch) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
  pen.fillStyle = swatch.colour;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = pen.fillStyle = "#8a8a8a";
  if (swatch.pattern === "hatched") {
    pen.beginPath();
    for (const start of [-8, 0, 8]) {
      pen.moveTo(start, 8);
      pen.lineTo(start + 8, 0);
    }
    pen.stroke();
  } else {
    pen.fillRect(1, 1, 2, 2);
    pen.fillRect(5, 5, 2, 2);
  }
  return tile;
}

class RegionMap {
  constructor(map, figures, say, pick) {
    this.map = map;
    this.figures = figures;
    this.say = say;
    this.fills = new Map();
    const isSmall = map.getSize().x < SMALL_MAP_PIXELS;
    this.border = { color: BORDER_COLOUR, weight: isSmall ? 0.2 : 0.5 };
    this.between = { color: "#1a1a1a", weight: isSmall ? 0.8 : 1.5, interactive: false };
    this.renderer = L.canvas({ padding: 0.3 });
    this.tooltip = L.tooltip({ sticky: true, direction: "top" });
    this.shapes = [];
    this.chosen = null;
    this.draw(pick);
    this.whole = L.featureGroup(this.shapes).getBounds();
    this.fit(this.whole);
    map.setMinZoom(map.getZoom() - 1);
    map.getContainer().setAttribute("role", "region");
    map.getContainer().setAttribute("aria-label", say.words.page.map_label);
    map.attributionControl.setPrefix("");
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
  }

  draw(pick) {
    const { topology, states } = this.figures.drawing;
    const [east, north] = topology.transform.scale;
    const [west, south] = topology.transform.translate;
    const arcs = topology.arcs.map((arc) => {
      let x = 0;
      let y = 0;
      return arc.map(([right, up]) => [(y += up) * north + south, (x += right) * east + west]);
    });
    const owners = arcs.map(() => new Set());
    const ring = (numbers, state) =>
      numbers.flatMap((number, step) => {
        const forward = number >= 0;
        owners[forward ? number : ~number].add(state);
        const arc = forward ? arcs[number] : arcs[~number].slice().reverse();
        return step ? arc.slice(1) : arc;
      });
    topology.shapes.forEach((polygons, place) => {
      const state = this.figures.regions.state[place];
      const points = polygons.map((rings) => rings.map((numbers) => ring(numbers, state)));
      const options = { ...this.border, renderer: this.renderer, fillOpacity: 1, smoothFactor: 0.5 };
      const drawn = L.polygon(points, options).addTo(this.map);
      drawn.on("click", () => pick(place));
      drawn.on("mouseover mousemove", (event) => this.point(place, event.latlng));
      drawn.on("mouseout", () => this.tooltip.remove());
      this.shapes[place] = drawn;
    });
    const between = arcs.filter((_, number) => owners[number].size > 1);
    L.polyline(between, { ...this.between, renderer: this.renderer }).addTo(this.map);
    const crowd = Object.keys(states).length > CROWD ? " crowded" : "";
    for (const [code, [x, y]] of Object.entries(states)) {
      const options = { permanent: true, direction: "center", className: `state${crowd}`, interactive: false };
      const label = L.tooltip(options);
      label.setLatLng([y, x]).setContent(document.createTextNode(code)).addTo(this.map);
    }
  }

  point(place, where) {
    const text = document.createElement("span");
    text.textContent = `${this.figures.nameOf(place)}: ${this.say.layerValue(this.layer, place, this.choice)}`;
    this.tooltip.setContent(text).setLatLng(where).addTo(this.map);
  }

  fill(swatch) {
    if (!swatch.pattern) return swatch.colour;
    if (!this.fills.has(swatch.pattern)) {
      const pen = document.createElement("canvas").getContext("2d");
      this.fills.set(swatch.pattern, pen.createPattern(pattern(swatch), "repeat"));
    }
    return this.fills.get(swatch.pattern);
  }

  show(layer, choice) {
    this.layer = layer;
    this.choice = choice;
    const fills = this.figures.classes(layer, choice, this.say).map((swatch) => this.fill(swatch));
    const unknown = this.fill(layer.unknown ?? this.figures.noData);
    this.shapes.forEach((shape, place) => {
      shape.setStyle({ fillColor: fills[this.figures.classOf(layer, place, choice)] ?? unknown });
    });
  }

  choose(place, isMoving) {
    if (this.chosen !== null) this.shapes[this.chosen].setStyle(this.border);
    this.chosen = place;
    if (place === null) return;
    this.shapes[place].setStyle(CHOSEN).bringToFront();
    if (isMoving) this.map.fitBounds(this.shapes[place].getBounds(), { maxZoom: this.map.getMinZoom() + 2.25, animate: false });
  }

  frame(state) {
    this.fit(state ? L.featureGroup(this.figures.within(state).map((place) => this.shapes[place])).getBounds() : this.whole);
  }

  fit(bounds) {
    this.map.fitBounds(bounds, { padding: [8, 8], animate: false });
  }
}
