// The page: what is chosen, and everything that follows from it.

// The map is redrawn at once; its long table follows when the reader's hand rests.
const TABLE_AFTER_MS = 150;

class Page {
  constructor(map, figures) {
    this.figures = figures;
    this.say = new Say(figures);
    this.choice = { measure: figures.layers[0].key, specialty: figures.specialties[0].key, scenario: figures.scenarios[0], state: "", region: null };
    this.map = new RegionMap(map, figures, this.say, (place) => this.pick(place, false));
    this.table = new RegionTable(figures, this.say, (place) => this.pick(place, true));
    this.fillChoosers();
    this.readLink();
    window.addEventListener("hashchange", () => this.readLink());
    $("whole").addEventListener("click", () => this.map.frame(this.choice.state));
    $("csv").addEventListener("click", () => this.download());
    $("find").addEventListener("change", () => this.find($("find").value.trim()));
  }

  fillChoosers() {
    const { figures, say } = this;
    const options = {
      measure: figures.layers.map(({ key }) => [key, say.words.layers[key]]),
      specialty: figures.specialties.map(({ key, label }) => [key, label]),
      scenario: figures.scenarios.map((name) => [name, say.scenario(name)]),
      state: [["", say.words.page.all_states], ...figures.states.map((code) => [code, code])],
    };
    for (const [name, entries] of Object.entries(options)) {
      $(name).replaceChildren(...entries.map(([value, label]) => element("option", label, { value })));
      $(name).addEventListener("change", () => this.choose({ [name]: $(name).value }));
    }
    $("state-chooser").hidden = figures.states.length < 2;
    $("names").replaceChildren(...figures.regions.id.map((id, place) => element("option", id, { value: figures.nameOf(place) })));
  }

  choose(changed) {
    const before = this.choice;
    this.choice = { ...before, ...changed };
    for (const name of ["measure", "specialty", "scenario", "state"]) $(name).value = this.choice[name];
    const layer = this.figures.layer.get(this.choice.measure);
    this.map.show(layer, this.choice);
    showLegend(this.figures, this.say, layer, this.choice);
    $("answer").textContent = this.say.answer(this.choice);
    this.showRegion();
    if (before.state !== this.choice.state) this.map.frame(this.choice.state);
    this.writeLink();
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => this.table.show(layer, this.choice), TABLE_AFTER_MS);
  }

  pick(place, isMoving) {
    this.choice = { ...this.choice, region: place };
    this.map.choose(place, isMoving);
    this.showRegion();
    $("found").textContent = "";
    this.writeLink();
  }

  showRegion() {
    showCard(this.figures, this.say, this.choice.region, this.choice);
    showWorst(this.figures, this.say, this.choice, (place) => this.pick(place, true));
  }

  find(text) {
    if (!text) return;
    const wanted = text.toLowerCase();
    const places = this.figures.within("");
    const place =
      this.figures.position.get(text) ??
      places.find((one) => this.figures.nameOf(one).toLowerCase() === wanted) ??
      places.find((one) => this.figures.nameOf(one).toLowerCase().startsWith(wanted));
    if (place === undefined) $("found").textContent = this.say.fill(this.say.words.page.find_none, { text });
    else this.pick(place, true);
  }

  writeLink() {
    const { measure, specialty, scenario, state, region } = this.choice;
    const said = new URLSearchParams({ measure, specialty, scenario });
    if (state) said.set("state", state);
    if (region !== null) said.set("region", this.figures.regions.id[region]);
    history.replaceState(null, "", `#${said}`);
  }

  readLink() {
    const said = new URLSearchParams(location.hash.slice(1));
    const known = {
      measure: (key) => this.figures.layer.has(key),
      specialty: (key) => this.figures.specialties.some((one) => one.key === key),
      scenario: (name) => this.figures.scenarios.includes(name),
      state: (code) => this.figures.states.includes(code),
    };
    const wanted = Object.entries(known).filter(([name, isKnown]) => isKnown(said.get(name)));
    const region = this.figures.position.get(said.get("region")) ?? null;
    if (region !== null) this.map.choose(region, true);
    this.choose({ ...Object.fromEntries(wanted.map(([name]) => [name, said.get(name)])), region });
  }

  download() {
    const link = element("a", "", { download: `${this.choice.specialty}-${this.choice.scenario}.csv` });
    link.href = URL.createObjectURL(new Blob(["\ufeff", this.table.csv()], { type: "text/csv;charset=utf-8" }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }
}

async function drawAtlas(map) {
  const problem = $("problem");
  if (typeof DecompressionStream === "undefined") {
    problem.textContent = problem.dataset.old;
    return;
  }
  try {
    new Page(map, new Figures(await unpack($("payload").textContent)));
    document.documentElement.dataset.ready = "yes";
    performance.mark("ready");
  } catch (fault) {
    problem.textContent = problem.dataset.failed.replace("{why}", fault.message);
    throw fault;
  }
}
