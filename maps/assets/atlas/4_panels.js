// Beside the map: the legend of what is shown and the card of one region.

const $ = (id) => document.getElementById(id);

function element(name, text = "", attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function swatchOf({ colour, pattern: kind }) {
  const box = element("canvas", "", { width: 18, height: 18, class: "swatch", "aria-hidden": "true" });
  const pen = box.getContext("2d");
  pen.fillStyle = kind ? pen.createPattern(pattern({ colour, pattern: kind }), "repeat") : colour;
  pen.fillRect(0, 0, 18, 18);
  return box;
}

function showLegend(figures, say, layer, choice) {
  const places = figures.within(choice.state);
  const counts = new Map();
  for (const place of places) {
    const found = figures.classOf(layer, place, choice);
    counts.set(found, (counts.get(found) ?? 0) + 1);
  }
  const rows = figures.classes(layer, choice, say).map((swatch, number) => ({ ...swatch, count: counts.get(number) ?? 0 }));
  if (counts.get(-1)) {
    rows.push({ ...(layer.unknown ?? figures.noData), label: say.missing(layer.key), count: counts.get(-1) });
  }
  const shown = layer.kind === "class" ? rows.filter((row) => row.count) : rows;
  const items = shown.map((row) => {
    const item = element("li");
    item.append(swatchOf(row), element("span", row.label), element("span", say.whole.format(row.count), { class: "count" }));
    return item;
  });
  $("legend").replaceChildren(...items);
  $("layer-name").textContent = say.words.layers[layer.key];
  $("layer-note").textContent = say.words.layer_notes[layer.key];
}

const WORST = 8;

// While no region is chosen, those that rank first, to begin with.
function showWorst(figures, say, choice, pick) {
  const at = (key, place) => figures.value(key, place, choice);
  const places = figures.within(choice.state).filter((place) => (at("shortage", place) ?? 0) > 0);
  const shown = choice.region === null ? places.sort((a, b) => at("rank", a) - at("rank", b)).slice(0, WORST) : [];
  const items = shown.map((place) => {
    const facts = { share: say.number("shortage", at("shortage", place)), need: say.people(at("need_people", place)) };
    const [before, after] = say.fill(say.words.page.worst_line, { ...facts, region: "\n" }).split("\n");
    const button = element("button", figures.nameOf(place), { type: "button" });
    button.addEventListener("click", () => pick(place));
    const item = element("li", before);
    item.append(button, after);
    return item;
  });
  $("worst-name").hidden = items.length === 0;
  $("worst").replaceChildren(...items);
}

function showCard(figures, say, place, choice) {
  if (place === null) {
    $("card-name").textContent = say.words.page.choose;
    $("card-sentence").textContent = say.words.page.map_help;
    $("card-figures").replaceChildren();
    return;
  }
  $("card-name").textContent = figures.nameOf(place);
  $("card-sentence").textContent = say.sentence(place, choice);
  const parts = cardFigures(figures, say, place, choice).filter(([, text]) => text !== null);
  $("card-figures").replaceChildren(
    ...parts.flatMap(([label, text, note]) => {
      const told = element("dd", text);
      if (note) told.append(" ", element("small", note));
      return [element("dt", label), told];
    }),
  );
}

function cardFigures(figures, say, place, choice) {
  const { columns, card, classes } = say.words;
  const at = (key) => figures.value(key, place, choice);
  const number = (key) => (at(key) === null ? null : say.number(key, at(key)));
  const interval = (key) =>
    at(`${key}_low`) === at(`${key}_high`) ? "" : say.fill(card.interval, { low: number(`${key}_low`), high: number(`${key}_high`) });
  const area = (key) => say.fill(card.area, { value: say.number(key, figures.mean(key, choice)) });
  const ranks = figures.columns.rank.data[choice.specialty] ?? [];
  const rank = at("rank");
  const basis = (key) => card[`basis_${at(key)}`];
  return [
    [columns.population, number("population"), say.fill(card.rurality, { code: at("rurality_code") })],
    [columns.need_people, number("need_people"), ""],
    [columns.access, number("access"), [interval("access"), area("access")].filter(Boolean).join("; ")],
    [columns.nearest, number("nearest"), area("nearest")],
    [columns.unreached_share, number("unreached_share"), area("unreached_share")],
    [columns.shortage_fte, number("shortage_fte"), interval("shortage_fte")],
    [columns.rank, rank === null || at("gap") === "no_shortage" ? null : say.fill(card.rank, { rank: number("rank"), count: say.whole.format(ranks.filter((one) => one !== null).length) }), ""],
    [columns.people_newly_served, number("people_newly_served"), ""],
    [columns.closed, number("online"), ""],
    [columns.holds, at("holds") === null ? null : classes.holds[at("holds")], ""],
    [columns.no_internet, number("internet"), area("internet")],
    [columns.rurality, classes.rurality[at("rurality")], say.fill(card.basis, { need: basis("need_basis"), connection: basis("no_internet_basis") })],
  ];
}
