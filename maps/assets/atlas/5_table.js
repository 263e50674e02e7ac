// The table: every region of the choice, sortable; and the same rows as CSV.

class RegionTable {
  constructor(figures, say, pick) {
    this.figures = figures;
    this.say = say;
    this.pick = pick;
    this.sorted = { key: "value", isDown: true };
    this.made = [];
  }

  columns(layer) {
    const words = this.say.words.columns;
    const state = this.figures.states.length > 1 ? [{ key: "state", label: words.state }] : [];
    const numbers = ["rank", "need_people", "shortage_fte", "people_newly_served", "population"];
    return [
      { key: "region", label: words.region },
      ...state,
      { key: "value", label: this.say.words.layers[layer.key], isNumber: layer.kind === "number" },
      ...numbers.map((key) => ({ key, label: words[key], isNumber: true })),
    ];
  }

  // What a column holds of a region, for sorting: text, number or null.
  cell(key, place, layer, choice) {
    if (key === "region") return this.figures.regions.name[place];
    if (key === "state") return this.figures.regions.state[place];
    if (key !== "value") return this.figures.value(key, place, choice);
    if (layer.kind === "number") return this.figures.value(layer.key, place, choice);
    const found = this.figures.classOf(layer, place, choice);
    return found < 0 ? null : -found;
  }

  rows(layer, choice) {
    const { key, isDown } = this.sorted;
    const places = this.figures.within(choice.state);
    const cells = new Map(places.map((place) => [place, this.cell(key, place, layer, choice)]));
    const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, this.say.words.page.language) : a - b);
    const rank = (place) => this.figures.value("rank", place, choice) ?? Infinity;
    const worse = (one, other) => rank(one) - rank(other) || one - other; // among equals, in order of rank
    return places.sort((one, other) => {
      const [a, b] = [cells.get(one), cells.get(other)];
      if (a === null || b === null) return (a === null) - (b === null) || worse(one, other); // unknown last, either way
      return (isDown ? compare(b, a) : compare(a, b)) || worse(one, other);
    });
  }

  show(layer, choice) {
    this.layer = layer;
    this.choice = choice;
    const columns = this.columns(layer);
    const head = element("tr");
    for (const column of columns) head.append(this.heading(column));
    $("table-head").replaceChildren(head);
    const places = this.rows(layer, choice);
    $("table-body").replaceChildren(...places.map((place) => this.row(place, columns)));
    const facts = { measure: this.say.words.layers[layer.key], count: this.say.whole.format(places.length) };
    $("table-caption").textContent = this.say.fill(this.say.words.page.table_caption, facts);
  }

  heading(column) {
    const isSorted = this.sorted.key === column.key;
    const cell = element("th", "", { scope: "col", class: column.isNumber ? "number" : column.key });
    if (isSorted) cell.setAttribute("aria-sort", this.sorted.isDown ? "descending" : "ascending");
    const button = element("button", column.label, { type: "button" });
    button.append(element("span", isSorted ? (this.sorted.isDown ? " ▼" : " ▲") : "", { "aria-hidden": "true" }));
    button.addEventListener("click", () => {
      const isDown = isSorted ? !this.sorted.isDown : column.key !== "rank" && Boolean(column.isNumber);
      this.sorted = { key: column.key, isDown };
      this.show(this.layer, this.choice);
      $("table-head").querySelector(`[aria-sort] button`).focus();
    });
    cell.append(button);
    return cell;
  }

  // The row of a region: made once, filled anew for every choice.
  row(place, columns) {
    const row = (this.made[place] ??= this.make(place, columns));
    columns.forEach(({ key, isNumber }, number) => {
      if (key === "region") return;
      const cell = row.cells[number];
      const text = this.text(key, place);
      if (cell.firstChild.data !== text) cell.firstChild.data = text;
      const kind = isNumber ? "number" : "";
      if (cell.className !== kind) cell.className = kind;
    });
    return row;
  }

  make(place, columns) {
    const row = element("tr");
    const cells = columns.map(({ key }) => {
      if (key !== "region") return element("td", " ");
      const cell = element("th", "", { scope: "row" });
      const button = element("button", this.figures.regions.name[place], { type: "button" });
      button.addEventListener("click", () => this.pick(place));
      cell.append(button);
      return cell;
    });
    row.append(...cells);
    return row;
  }

  text(key, place) {
    if (key === "state") return this.figures.regions.state[place];
    if (key === "value") return this.say.layerValue(this.layer, place, this.choice);
    const value = this.figures.value(key, place, this.choice);
    return value === null ? "–" : this.say.number(key, value);
  }

  // The rows shown, as CSV with the study, the day of the build and the vintages of its inputs in every row.
  csv() {
    const { figures, choice } = this;
    const keys = ["population", "need_people", "gap", "rank", "shortage", "shortage_fte", "shortage_fte_low", "shortage_fte_high", "access", "access_low", "access_high", "nearest", "unreached_share", "people_newly_served", "online", "holds", "internet", "rurality"];
    const names = keys.map((key) => figures.columns[key].name);
    const head = ["region_id", "name", "state", "specialty", "scenario", ...names, "study", "built_on", "sources"];
    const about = [figures.title, figures.builtOn, figures.vintages];
    const lines = this.rows(this.layer, choice).map((place) => [
      figures.regions.id[place],
      figures.regions.name[place],
      figures.regions.state[place],
      choice.specialty,
      choice.scenario,
      ...keys.map((key) => figures.value(key, place, choice)),
      ...about,
    ]);
    return [head, ...lines].map((line) => line.map(csvField).join(",")).join("\r\n") + "\r\n";
  }
}

// A field of a CSV file; text that a spreadsheet would take for a formula is marked as text.
function csvField(value) {
  let text = value === null ? "" : String(value);
  if (typeof value === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
